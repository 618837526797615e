"""A process that trains job after job: as if each had a process of its own, but for the loading."""

import gc
import os
import signal
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from entrypoints import factories
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from tests.guild_cli import Hall, new_hall
from tests.integration.cli.test_interrupts import HEARD, read_until
from tests.integration.killing import a_hall, numbers

pytestmark = pytest.mark.slow


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    return new_hall(tmp_path / "hall")


def with_two_jobs(folder: Path, *, packed: bool) -> Hall:
    """Give a hall whose hero draws random numbers in every pass."""
    folder.mkdir()
    hall = a_hall(folder, packed=packed)
    hall.ok("queue", "add", str(hall.lesson(rows=24, seed=3)))
    return hall


def in_a_process(hall: Hall, *line: str) -> None:
    process = hall.start("--quiet", *line)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said


def test_two_jobs_of_one_process_are_those_of_two_to_the_last_bit(tmp_path: Path) -> None:
    warm = with_two_jobs(tmp_path / "warm", packed=True)
    cold = with_two_jobs(tmp_path / "cold", packed=True)
    in_a_process(warm, "train", "all")
    in_a_process(cold, "train", "next")
    in_a_process(cold, "train", "next")

    assert numbers(warm)
    assert numbers(warm) == numbers(cold)
    assert warm.weights() == cold.weights()


class Watched:
    """A trainer that takes down what each job finds in the process, and what it leaves there."""

    def __init__(self) -> None:
        self._trainer = factories.trainer()
        self.networks: list[weakref.ref[Any]] = []
        self.alive: list[int] = []
        self.found: list[dict[str, Any]] = []
        self.left: list[dict[str, Any]] = []

    def prove(self, *args: Any) -> Any:
        return self._trainer.prove(*args)

    def train(self, model: Any, course: Any, **named: Any) -> Any:
        self.alive.append(sum(network() is not None for network in self.networks))
        self.networks.append(weakref.ref(model.network))
        self.found.append(_state())
        try:
            return self._trainer.train(model, course, **named)
        finally:
            self.left.append(_state())


def _state() -> dict[str, Any]:
    import torch
    from transformers.utils import logging

    return {
        "modules": {name: id(module) for name, module in sys.modules.items()},
        "environment": dict(os.environ),
        "threads": torch.get_num_threads(),
        "number format": torch.get_default_dtype(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "gradients": torch.is_grad_enabled(),
        "verbosity": logging.get_verbosity(),
        "progress bars": logging.is_progress_bar_enabled(),
    }


def test_the_second_job_finds_all_loaded_and_nothing_that_the_first_one_left(hall: Hall) -> None:
    hall.campaign("data.validation_split=0.3")
    for seed in (1, 2):
        hall.ok("queue", "add", str(hall.lesson(seed=seed)))
    watched = Watched()
    app = App(override={"trainer": watched})
    ran = CliRunner().invoke(guild, ["-C", str(hall.root), "-q", "train", "all"], obj=app)

    assert ran.exit_code == 0, ran.output
    first, second = watched.found
    assert watched.left[0].pop("modules") == watched.left[1].pop("modules")
    for name, what in first.items():
        if name != "modules":
            assert second[name] == what, name
    assert "torch" in first["modules"]
    assert watched.alive == [0, 0]
    gc.collect()


def test_each_job_has_its_own_threads(hall: Hall) -> None:
    from adapters.huggingface.device import threads_for
    from domain.settings.environment import Environment

    auto = "environment.num_threads=0"
    hall.campaign("hyperparams.save_steps=2", "hyperparams.num_train_epochs=20", auto)
    hall.ok("queue", "add", str(hall.lesson(seed=1)))
    process = hall.start("train", "next", "--set", "environment.num_threads=3")
    read_until(process, "phase=saving")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    hall.ok("queue", "add", str(hall.lesson(seed=2)))
    jobs = hall.json("train", "all", "--set", "hyperparams.num_train_epochs=1")["jobs"]

    threads = [job["metadata"]["equipment"]["threads"] for job in jobs]
    assert threads == [3, threads_for(Environment())]


def test_a_signal_in_the_second_job_leaves_it_where_the_next_run_goes_on(hall: Hall) -> None:
    hall.campaign("hyperparams.num_train_epochs=20", "hyperparams.save_steps=5")
    for seed in (1, 2):
        hall.ok("queue", "add", str(hall.lesson(seed=seed)))
    process = hall.start("train", "all")
    read_until(process, "phase=loading", 2)
    read_until(process, "phase=saving")
    process.send_signal(signal.SIGTERM)
    read_until(process, HEARD)
    process.communicate(timeout=60)

    assert process.returncode == 143
    second, first = hall.json("job", "list")["jobs"]
    assert (first["status"], second["status"]) == ("completed", "queued")
    assert second["metadata"]["checkpoints"]
    (job,) = hall.json("train", "all")["jobs"]
    assert (job["id"], job["status"]) == (second["id"], "completed")
