import json
import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.filesystem.status_sink import FilesystemStatusSink
from adapters.memory.clock import MemoryClock
from domain.reports import (
    CheckpointCommitted,
    Evaluated,
    JobBroken,
    JobDone,
    Phase,
    PhaseBegun,
    Warned,
)
from domain.result import Cause
from domain.settings.settings import Settings
from tests.builders import NOON, a_checkpoint, a_result
from tests.contracts.status_sink import A_RUN, StatusSinkContract, a_running_job, a_step

INTERVAL = Settings().monitoring.status_update_interval


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock(NOON)


@pytest.fixture
def sink(tmp_path: Path, clock: MemoryClock) -> FilesystemStatusSink:
    return FilesystemStatusSink(tmp_path, clock)


class TestFilesystemStatusSink(StatusSinkContract):
    @pytest.fixture
    def sink(self, tmp_path: Path) -> FilesystemStatusSink:
        return FilesystemStatusSink(tmp_path, MemoryClock(NOON))


def shown(hall: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((hall / "status" / "training_status.json").read_text())
    return facts


def test_what_was_never_measured_is_null(sink: FilesystemStatusSink, tmp_path: Path) -> None:
    job = a_running_job()
    sink.tell(job, PhaseBegun(Phase.LOADING))
    facts = shown(tmp_path)
    assert next(iter(facts)) == "schema"
    assert facts["schema"] == "guild.training_status/1"
    assert (facts["status"], facts["phase"]) == ("training", "loading")
    assert (facts["job"], facts["campaign"]) == (job.id, job.campaign_id)
    assert facts["current_file"] == "lessons.jsonl"
    assert facts["timestamp"] == NOON.isoformat()
    assert facts["pid"] == os.getpid()
    unknown = (
        "current_step total_steps loss learning_rate tokens_per_sec eta_seconds validation_loss "
        "error_message"
    )
    assert {facts[name] for name in unknown.split()} == {None}


def test_the_last_of_everything_measured_is_shown_with_its_step(
    sink: FilesystemStatusSink, tmp_path: Path, clock: MemoryClock
) -> None:
    job = a_running_job()
    sink.tell(job, Evaluated(campaign_step=100, loss=3.5, rows=4))
    sink.tell(job, a_step(1, loss=9.0, seconds=3.5))
    sink.tell(job, CheckpointCommitted(a_checkpoint(step=101)))
    sink.tell(job, Warned("the loss jumps"))
    clock.move(timedelta(seconds=INTERVAL))
    sink.tell(job, a_step(2, loss=2.5, seconds=0.5))
    facts = shown(tmp_path)
    assert (facts["current_step"], facts["total_steps"], facts["campaign_step"]) == (2, 10, 102)
    assert (facts["loss"], facts["learning_rate"], facts["grad_norm"]) == (2.5, 1e-3, 0.75)
    assert facts["tokens_per_sec"] == 200
    assert facts["eta_seconds"] == 8 * 2.0
    assert (facts["validation_loss"], facts["validation_step"]) == (3.5, 100)
    assert facts["checkpoint_step"] == 101
    assert facts["warning"] == "the loss jumps"


def test_numbers_are_written_at_most_once_in_an_interval(
    sink: FilesystemStatusSink, tmp_path: Path, clock: MemoryClock
) -> None:
    job = a_running_job()
    steps = []
    for step in range(1, 10):
        sink.tell(job, a_step(step))
        steps.append(shown(tmp_path)["current_step"])
        clock.move(timedelta(seconds=0.5))
    assert steps == [1, 1, 1, 1, 5, 5, 5, 5, 9]


@pytest.mark.parametrize(
    "report",
    [
        PhaseBegun(Phase.EVALUATING),
        JobDone(a_result()),
        JobBroken(Cause.DIVERGED, "the loss is not finite"),
    ],
)
def test_a_new_phase_and_an_end_are_written_at_once_with_what_was_measured_before(
    sink: FilesystemStatusSink, tmp_path: Path, report: PhaseBegun | JobDone | JobBroken
) -> None:
    job = a_running_job()
    sink.tell(job, PhaseBegun(Phase.TRAINING))
    sink.tell(job, a_step(7, loss=1.25))
    assert shown(tmp_path)["loss"] is None
    sink.tell(job, report)
    assert (shown(tmp_path)["current_step"], shown(tmp_path)["loss"]) == (7, 1.25)


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (JobDone(a_result()), "completed"),
        (JobBroken(Cause.DIVERGED, "no"), "crashed"),
        (JobBroken(Cause.LOST_WORKER, "no"), "crashed"),
        (JobBroken(Cause.PAUSED, "no"), "idle"),
        (JobBroken(Cause.STOPPED_BY_USER, "no"), "idle"),
    ],
)
def test_an_end_has_the_predecessors_word(
    sink: FilesystemStatusSink, tmp_path: Path, report: JobDone | JobBroken, status: str
) -> None:
    sink.tell(a_running_job(), PhaseBegun(Phase.TRAINING))
    sink.tell(a_running_job(), report)
    facts = shown(tmp_path)
    assert (facts["status"], facts["phase"], facts["eta_seconds"]) == (status, None, None)
    message = report.message if isinstance(report, JobBroken) else None
    assert facts["error_message"] == message


def test_a_number_that_is_not_finite_is_null(sink: FilesystemStatusSink, tmp_path: Path) -> None:
    sink.tell(a_running_job(), a_step(loss=float("nan")))
    text = (tmp_path / "status" / "training_status.json").read_text()
    assert json.loads(text, parse_constant=pytest.fail)["loss"] is None


@pytest.mark.parametrize("change", [{"attempts": 2}, {"id": "20261122T120000000Z-zzzzzz-b"}])
def test_another_attempt_begins_with_nothing_measured(
    sink: FilesystemStatusSink, tmp_path: Path, change: dict[str, Any]
) -> None:
    job = a_running_job()
    for report in (*A_RUN, JobBroken(Cause.INTERNAL_ERROR, "it broke")):
        sink.tell(job, report)
    sink.tell(replace(job, **change), PhaseBegun(Phase.LOADING))
    facts = shown(tmp_path)
    assert facts["status"] == "training"
    assert {facts[name] for name in ("loss", "checkpoint", "warning", "error_message")} == {None}


def test_the_file_can_be_read_at_any_moment(tmp_path: Path) -> None:
    sink = FilesystemStatusSink(tmp_path, MemoryClock(NOON))
    job = replace(a_running_job(), settings={"monitoring.status_update_interval": 0.0})
    sink.tell(job, PhaseBegun(Phase.TRAINING))
    stop = threading.Event()
    steps: list[int] = []

    def read() -> None:
        while not stop.is_set():
            steps.append(shown(tmp_path)["current_step"] or 0)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(1, 500):
        sink.tell(job, replace(a_step(step, total=500), loss=10.0 ** (step % 300)))
    stop.set()
    for reader in readers:
        reader.join()
    assert len(steps) > 100
    assert [path.name for path in (tmp_path / "status").iterdir()] == ["training_status.json"]


def test_a_folder_that_cannot_be_written_to_is_an_error_that_a_watcher_may_have(
    tmp_path: Path,
) -> None:
    (tmp_path / "status").write_text("in the way")
    sink = FilesystemStatusSink(tmp_path, MemoryClock(NOON))
    with pytest.raises(OSError, match=r"status"):
        sink.tell(a_running_job(), PhaseBegun(Phase.LOADING))
