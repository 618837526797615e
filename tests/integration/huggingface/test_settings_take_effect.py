"""Every setting is read: for each one, two values and something that they make different."""

import dataclasses
import json
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import torch

from adapters.filesystem.status_sink import FilesystemStatusSink
from adapters.huggingface.liger import is_fused
from adapters.huggingface.loop import arguments_of
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from adapters.memory.clock import MemoryClock
from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.preview_backend import MemoryPreviewBackend
from adapters.memory.trainer import MemoryTrainer
from adapters.remote_3090.preview_backend import Remote3090PreviewBackend
from application.ports.trainer import Announce, Write
from application.use_cases.run_preview import PreviewOrder
from domain.errors import GuildError
from domain.hero import Hero
from domain.job import Completed, JobStatus
from domain.job_evolution import evolve, queued
from domain.reports import Equipped, Report
from domain.settings.data import OverLong
from domain.settings.layers import Value, flatten, with_values
from domain.settings.settings import Settings
from tests.builders import NOON, a_job_queued, a_job_started
from tests.contracts.status_sink import a_step
from tests.courses import Watcher, a_course, a_course_of, with_settings
from tests.heroes import a_hero
from tests.integration.huggingface.liger_stand_in import stand_in
from tests.integration.remote_3090.asking import MODEL, a_request
from tests.integration.remote_3090.servers import a_completion, serving
from tests.memory_hall import MemoryHall, rows
from tests.memory_hall import a_hero as an_apprentice

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


def trained(
    look: Callable[[MemoryHall], Any],
    content: bytes | None = None,
    *also: str,
    trainer: MemoryTrainer | None = None,
) -> Observe:
    """Look at a hall in which a job was trained on the content, with this and other settings."""

    def observe(key: str, value: Value) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            hall = MemoryHall(Path(folder), trainer=trainer)
            hall.shelf["held.jsonl"] = rows(3, begin=100)
            hall.heroes = MemoryHeroCatalog([_with_long_memory()])
            try:
                hall.enlist("first", *also, f"{key}={value}")
                hall.add("rows.jsonl", rows(20) if content is None else content)
                hall.train()
                return look(hall)
            except GuildError as error:
                return type(error)

    return observe


def _with_long_memory() -> Hero:
    apprentice = an_apprentice()
    return dataclasses.replace(
        apprentice, model=dataclasses.replace(apprentice.model, context_length=LONG)
    )


def written(*content: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in content).encode()


def answered(answer: str) -> bytes:
    return written({"question": "well?", "answer": answer})


def talk(*turns: str) -> bytes:
    said = zip(cycle(("user", "assistant")), turns, strict=False)
    return written({"messages": [{"role": role, "content": text} for role, text in said]})


def status(hall: MemoryHall) -> Any:
    return hall.jobs.find()[0].status


def receipt(hall: MemoryHall) -> Any:
    return hall.jobs.find()[0].receipts


def checkpoints(hall: MemoryHall) -> int:
    return len(hall.jobs.find()[0].checkpoints)


def shelved(hall: MemoryHall) -> int:
    return len(hall.inventory().of(hall.campaigns.active()))


def packings(hall: MemoryHall) -> Any:
    return hall.jobs.find()[0].packings


def evaluations(hall: MemoryHall) -> int:
    return len(hall.metrics.series(hall.jobs.find()[0].id, "val_loss"))


def rates(hall: MemoryHall) -> Any:
    return hall.metrics.series(hall.jobs.find()[-1].id, "learning_rate")


def result(hall: MemoryHall) -> Any:
    state = hall.jobs.find()[0].state
    assert isinstance(state, Completed)
    return state.result


def second_rates(hall: MemoryHall) -> Any:
    """Look at a second job, on the head that the first one left."""
    second_head(hall)
    return rates(hall)


def second_head(hall: MemoryHall) -> str:
    hall.add("more.jsonl", rows(20, begin=50))
    hall.train()
    assert hall.jobs.find()[-1].status is JobStatus.COMPLETED
    return hall.campaigns.active().head_digest


def previewed(hall: MemoryHall) -> Any:
    asked: list[str] = []
    heeded: list[int] = []
    hall.previews = MemoryPreviewBackend({"hello": "a long answer"})

    def backends(name: str) -> MemoryPreviewBackend:
        asked.append(name)
        return hall.previews

    run = dataclasses.replace(hall.run_preview(), backends=backends)
    events = run.execute(PreviewOrder(texts=("hello",)))
    heeded += (len(request.processors) for request in hall.previews.requests)
    return asked, heeded, [getattr(event, "answer", None) for event in events]


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


def threads_that_save(key: str, value: Value) -> int:
    """Count the threads from which a job's two checkpoints are made."""
    threads = set()

    class Nearby(Watcher):
        def save(self, step: int, write: Write) -> Announce:
            threads.add(threading.get_ident())
            return super().save(step, write)

    course = with_settings(a_course(save_steps=2), {key: value})
    with tempfile.TemporaryDirectory() as folder:
        model = HuggingFaceModelLoader().load(a_hero(), "", course.settings).model
        Nearby(Path(folder)).train(HuggingFaceTrainer(), model, course)
    return len(threads)


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


class Begun(Exception):  # noqa: N818 - not a fault: nothing needs to be compiled to see it
    """A job is about to make its first step."""


class Beginner(Watcher):
    def tell(self, report: Report) -> None:
        super().tell(report)
        if isinstance(report, Equipped):
            raise Begun


def compiles(key: str, value: Value) -> bool:
    model = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model
    watch = Beginner(Path())
    with pytest.raises(Begun):
        watch.train(HuggingFaceTrainer(), model, with_settings(a_course(), {key: value}))
    return watch.equipments[0].compiled


def fuses(key: str, value: Value) -> bool:
    with tempfile.TemporaryDirectory() as folder, stand_in(Path(folder)):
        found = HuggingFaceModelLoader().load(a_hero(), "", settings(key, value))
        return is_fused(found.model.network)


LONG = 5000
ROOM = (f"hyperparams.max_length={LONG}", "data.validation_split=0")
EMOJI_THINK = ("profile.name=emoji_think", *ROOM)
REGIME3 = ("profile.name=regime3", *ROOM)
MANY_COLUMNS = written(
    {"question": "who?", "answer": "me", "problem": "why?", "solution": "so", "manner": "Be kind."},
    {"question": "when?", "answer": "now", "problem": "how?", "solution": "well", "manner": ""},
)
WARM = ("hyperparams.warmup_steps=1",)
MEASURED = ("hyperparams.eval_steps=1",)
OVERFITTING = {0: 3.0, 1: 2.5, **dict.fromkeys(range(2, 21), 2.9)}
NAMED = ("data.validation_split=0",)
TALK = talk("first" * 20, "yes", "second" * 16, "no")
TOO_LONG = TALK + b"".join(talk(f"{number}?", "yes") for number in range(20))

TABLE: dict[str, tuple[Value, Value, Observe]] = {
    "hyperparams.learning_rate": (1e-3, 1e-4, argument("learning_rate")),
    "hyperparams.lr_scheduler_type": ("cosine", "linear", trained(rates, None, *WARM)),
    "hyperparams.warmup_steps": (1, 2, trained(rates)),
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
    "hyperparams.early_stopping_patience": (
        0,
        1,
        trained(result, None, *MEASURED, trainer=MemoryTrainer(held_out=OVERFITTING)),
    ),
    "hyperparams.activation_checkpointing": (False, True, argument("activation_checkpointing")),
    "hyperparams.seed": (1, 2, argument("seed")),
    "profile.name": ("plain_sft", "nobody", trained(status)),
    "profile.system_prompt": ("", "Be brief.", trained(receipt)),
    "model.dtype": ("float32", "bfloat16", loaded(lambda facts: facts.dtype)),
    "model.attn_implementation": ("sdpa", "eager", loaded(lambda facts: facts.attention)),
    "model.compile": (False, True, compiles),
    "model.liger": (False, True, fuses),
    "data.validation_split": (0.0, 0.5, trained(receipt)),
    "data.validation_max_samples": (0, 3, trained(receipt)),
    "data.format": (
        "auto",
        "text",
        trained(receipt, written({"question": "who?", "answer": "me", "text": "I am"}), *NAMED),
    ),
    "data.question_column": ("", "problem", trained(receipt, MANY_COLUMNS, *NAMED)),
    "data.answer_column": ("", "solution", trained(receipt, MANY_COLUMNS, *NAMED)),
    "data.system_column": ("", "manner", trained(receipt, MANY_COLUMNS, *NAMED)),
    "data.bad_rows": ("refuse", "drop", trained(status, rows(20) + b"no row\n")),
    "data.train_turns": ("all", "last", trained(receipt, TALK, *ROOM)),
    "data.validation_dataset_path": ("", "held.jsonl", trained(receipt)),
    "data.over_long": ("refuse", "drop", trained(status, TOO_LONG)),
    "packing.enabled": (False, True, trained(packings)),
    "packing.fallback": (
        "refuse",
        "pad",
        trained(status, None, "packing.enabled=true", trainer=MemoryTrainer(leak="layer")),
    ),
    "emoji_think.keep_thoughts": (
        False,
        True,
        trained(receipt, answered("<think>let me see</think>yes"), *EMOJI_THINK),
    ),
    "emoji_think.direct_ratio": (0.0, 1.0, trained(receipt, answered("yes"), *EMOJI_THINK)),
    "regime3.strict": (True, False, trained(status, answered("about three"), *REGIME3)),
    "regime3.operator_case": ("lower", "upper", trained(receipt, answered("(Add 1 2)"), *REGIME3)),
    "regime3.commutative": ("", "add", trained(receipt, answered("(add 2 1)"), *REGIME3)),
    "checkpoint.asynchronous": (True, False, threads_that_save),
    "checkpoint.budget": (
        0.0,
        1e-9,
        trained(shelved, None, "hyperparams.save_steps=1"),
    ),
    "continuation.optimizer_state": ("reset", "carry", trained(second_head)),
    "continuation.learning_rate": ("cosine_per_job", "constant", trained(second_rates)),
    "checkpoint.keep_best": (
        False,
        True,
        trained(result, None, *MEASURED, trainer=MemoryTrainer(held_out=OVERFITTING)),
    ),
    "monitoring.status_update_interval": (0.0, 60.0, status_writes),
    "monitoring.preview_backend": ("local", "remote_3090", trained(previewed)),
    "monitoring.preview_max_tokens": (3, 5, trained(previewed)),
    "monitoring.preview_processors": (False, True, trained(previewed, None, *EMOJI_THINK)),
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


def test_every_way_with_over_long_rows_leaves_other_rows() -> None:
    observe = trained(receipt, TOO_LONG)
    left = {way: observe("data.over_long", way.value) for way in OverLong}

    assert left[OverLong.REFUSE] == ()
    counted = {
        way: [(found.over_long, found.split, found.cut) for found in found_by_way]
        for way, found_by_way in left.items()
    }
    assert counted[OverLong.DROP] == [(1, 0, 0)]
    assert counted[OverLong.SPLIT_TURNS] == [(0, 1, 0)]
    assert counted[OverLong.TRUNCATE_PROMPT] == [(0, 0, 1)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("data.format", "text"),
        ("data.bad_rows", "drop"),
        ("data.validation_dataset_path", "held.jsonl"),
        ("packing.fallback", "pad"),
        ("regime3.strict", False),
    ],
)
def test_the_difference_is_not_that_the_job_fails(key: str, value: Value) -> None:
    _, _, observe = TABLE[key]

    assert observe(key, value) not in ((), JobStatus.FAILED)
