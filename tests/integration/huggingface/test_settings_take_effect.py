"""Every setting is read: for each one, two values and something that they make different."""

import dataclasses
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch

from adapters.filesystem.status_sink import FilesystemStatusSink
from adapters.huggingface.loop import arguments_of
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.memory.clock import MemoryClock
from adapters.memory.preview_backend import MemoryPreviewBackend
from adapters.remote_3090.preview_backend import Remote3090PreviewBackend
from application.use_cases.run_preview import PreviewOrder
from domain.errors import GuildError
from domain.job import evolve, queued
from domain.settings.layers import Value, flatten, with_values
from domain.settings.settings import Settings
from tests.builders import NOON, a_job_queued, a_job_started
from tests.contracts.status_sink import a_step
from tests.courses import a_course, a_course_of
from tests.heroes import a_hero
from tests.integration.remote_3090.asking import MODEL, a_request
from tests.integration.remote_3090.servers import a_completion, serving
from tests.memory_hall import MemoryHall, rows

pytestmark = pytest.mark.slow

Observe = Callable[[str, Value], Any]


def settings(key: str, value: Value) -> Settings:
    return with_values(Settings(), {key: value})


def argument(name: str) -> Observe:
    """Look at what transformers is told."""

    def observe(key: str, value: Value) -> Any:
        hyperparams = settings(key, value).hyperparams
        total = steps_with(400, key, value)
        with tempfile.TemporaryDirectory() as folder:
            return getattr(arguments_of(hyperparams, total, folder, torch.device("cpu")), name)

    return observe


def steps(key: str, value: Value) -> int:
    return steps_with(40, key, value)


def steps_with(rows: int, key: str, value: Value) -> int:
    course = a_course(rows)
    return a_course_of(course.train, (), settings(key, value)).plan.total


def trained(look: Callable[[MemoryHall], Any]) -> Observe:
    """Look at a hall in which a job was trained with this setting."""

    def observe(key: str, value: Value) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            hall = MemoryHall(Path(folder))
            try:
                hall.enlist("first", f"{key}={value}")
                long = b'{"question": "' + b"long " * 50 + b'", "answer": "x"}\n'
                hall.add("rows.jsonl", rows(20) + (long if key == "data.over_long" else b""))
                hall.train()
                return look(hall)
            except GuildError as error:
                return type(error)

    return observe


def status(hall: MemoryHall) -> Any:
    return hall.jobs.find()[0].status


def receipt(hall: MemoryHall) -> Any:
    return hall.jobs.find()[0].receipts


def checkpoints(hall: MemoryHall) -> int:
    return len(hall.jobs.find()[0].checkpoints)


def evaluations(hall: MemoryHall) -> int:
    return len(hall.metrics.series(hall.jobs.find()[0].id, "val_loss"))


def previewed(hall: MemoryHall) -> Any:
    asked: list[str] = []
    hall.previews = MemoryPreviewBackend({"hello": "a long answer"})

    def backends(name: str) -> MemoryPreviewBackend:
        asked.append(name)
        return hall.previews

    run = dataclasses.replace(hall.run_preview(), backends=backends)
    events = run.execute(PreviewOrder(texts=("hello",)))
    return asked, [getattr(event, "answer", None) for event in events]


def status_writes(key: str, value: Value) -> bool:
    """Tell whether a step changes the status file one second after the one before."""
    with tempfile.TemporaryDirectory() as folder:
        clock = MemoryClock(NOON)
        sink = FilesystemStatusSink(Path(folder), clock)
        begun = a_job_started(a_job_queued().job_id, settings={key: value})
        job = evolve(queued(a_job_queued()), begun)
        sink.tell(job, a_step(1))
        before = (Path(folder) / "status" / "training_status.json").read_text()
        clock.move(timedelta(seconds=1))
        sink.tell(job, a_step(2))
        return before != (Path(folder) / "status" / "training_status.json").read_text()


def remote(key: str, value: Value) -> Any:
    """Look at what a preview server hears, and at whether it is heard."""
    leaf = key.rpartition(".")[2]
    delay = 0.5 if leaf == "remote_3090_timeout" else 0.0

    def react(exchange: Any) -> None:
        wish = exchange.wish()
        time.sleep(delay)
        exchange.reply(a_completion(wish["model"]))

    with serving(react) as (port, asked):
        outcomes = Remote3090PreviewBackend().answer(a_request(port, prompts=1, **{leaf: value}))
    return asked, [type(outcome) for outcome in outcomes]


def refused_by(key: str, value: Value) -> Any:
    """Look at who did not answer, on a port that nobody serves."""
    wish = {key.rpartition(".")[2]: value}
    return Remote3090PreviewBackend().answer(a_request(0, prompts=1, **wish))


def loaded(look: Callable[[Any], Any]) -> Observe:
    def observe(key: str, value: Value) -> Any:
        return look(HuggingFaceModelLoader().load(a_hero(), "", settings(key, value)).facts)

    return observe


def threads(key: str, value: Value) -> int:
    before = torch.get_num_threads()
    try:
        HuggingFaceModelLoader().load(a_hero(), "", settings(key, value))
        return torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


TABLE: dict[str, tuple[Value, Value, Observe]] = {
    "hyperparams.learning_rate": (1e-3, 1e-4, argument("learning_rate")),
    "hyperparams.lr_scheduler_type": ("cosine", "linear", argument("lr_scheduler_type")),
    "hyperparams.warmup_steps": (1, 2, argument("warmup_steps")),
    "hyperparams.weight_decay": (0.0, 0.1, argument("weight_decay")),
    "hyperparams.adam_beta2": (0.9, 0.99, argument("adam_beta2")),
    "hyperparams.max_grad_norm": (1.0, 2.0, argument("max_grad_norm")),
    "hyperparams.num_train_epochs": (1, 2, steps),
    "hyperparams.max_steps": (1, 2, steps),
    "hyperparams.per_device_train_batch_size": (1, 2, steps),
    "hyperparams.gradient_accumulation_steps": (1, 2, steps),
    "hyperparams.max_length": (200, 8, trained(status)),
    "hyperparams.save_steps": (1, 1000, trained(checkpoints)),
    "hyperparams.eval_steps": (0, 1, trained(evaluations)),
    "hyperparams.seed": (1, 2, argument("seed")),
    "profile.name": ("plain_sft", "nobody", trained(status)),
    "profile.system_prompt": ("", "Be brief.", trained(receipt)),
    "model.dtype": ("float32", "bfloat16", loaded(lambda facts: facts.dtype)),
    "model.attn_implementation": ("sdpa", "eager", loaded(lambda facts: facts.attention)),
    "data.validation_split": (0.0, 0.5, trained(receipt)),
    "data.validation_max_samples": (0, 3, trained(receipt)),
    "data.over_long": ("refuse", "drop", trained(status)),
    "monitoring.status_update_interval": (0.0, 60.0, status_writes),
    "monitoring.preview_backend": ("local", "remote_3090", trained(previewed)),
    "monitoring.preview_max_tokens": (3, 5, trained(previewed)),
    "monitoring.preview_temperature": (0.0, 0.5, remote),
    "monitoring.remote_3090_host": ("127.0.0.1", "127.0.0.9", remote),
    "monitoring.remote_3090_port": (9, 10, refused_by),
    "monitoring.remote_3090_timeout": (0.1, 10.0, remote),
    "monitoring.remote_3090_model_id": (MODEL, "another", remote),
    "environment.num_threads": (1, 2, threads),
}


def missing(table: dict[str, Any]) -> set[str]:
    return set(flatten(Settings())) - set(table)


def test_every_setting_has_a_row() -> None:
    assert missing(TABLE) == set()


def test_a_setting_without_a_row_is_found() -> None:
    assert missing({key: row for key, row in TABLE.items() if key != "model.dtype"}) == {
        "model.dtype"
    }


@pytest.mark.parametrize("key", TABLE)
def test_the_setting_makes_a_difference(key: str) -> None:
    one, other, observe = TABLE[key]

    assert observe(key, one) != observe(key, other)
    assert observe(key, one) == observe(key, one)
