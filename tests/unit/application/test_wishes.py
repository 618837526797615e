"""What somebody wants of a running job: remembered, said again, and recorded as it ended."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.memory.model_loader import MemoryModel
from application.ports.event_log import job_stream
from application.ports.trainer import Control
from application.wishes import Wishes, interruption
from domain.job import Completed, Job, JobStatus, Queued, Skipped
from domain.job_events import JobReleased, JobSkipped
from domain.reports import CheckpointCommitted, PhaseBegun, Report, StepDone
from domain.result import Cause
from tests.memory_hall import MemoryHall, rows

ENDS = [Control.STOP, Control.PAUSE, Control.SKIP]
CAUSES = {Control.STOP: Cause.STOPPED_BY_USER, Control.PAUSE: Cause.PAUSED}


def saying(*wishes: Control) -> Callable[[], Control]:
    left: Iterator[Control] = iter(wishes)
    return lambda: next(left, Control.GO_ON)


def at(number: int, wish: Control) -> Callable[[], Control]:
    """Go on so many times, then wish."""
    return saying(*[Control.GO_ON] * number, *[wish] * 1000)


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path / "hall")
    hall.enlist("packed", "packing.enabled=true")
    return hall


@pytest.fixture(name="told")
def _told(hall: MemoryHall) -> list[Report]:
    told: list[Report] = []
    honest = hall.sink

    class Listening(type(honest)):  # type: ignore[misc]
        def __init__(self) -> None:
            """Tell through the honest one."""

        def tell(self, job: Job, report: Report) -> None:
            honest.tell(job, report)
            told.append(report)

    hall.sink = Listening()
    return told


def weights(hall: MemoryHall) -> str:
    head = hall.campaigns.active().head
    assert head is not None
    return MemoryModel.read(hall.checkpoints.locate(head)).digest


def test_the_first_wish_to_end_counts_and_nobody_is_asked_again() -> None:
    wishes = Wishes(saying(Control.PAUSE, Control.SKIP))
    assert [wishes.ask(), wishes.ask()] == [False, False]
    assert wishes.ending is Control.PAUSE


def test_a_wish_for_a_checkpoint_is_kept_until_it_is_taken() -> None:
    wishes = Wishes(saying(Control.CHECKPOINT))
    assert [wishes.ask(), wishes.ask()] == [True, True]
    assert [wishes.take_save(), wishes.take_save()] == [True, False]


def test_what_was_heard_is_said_again_to_the_next_who_asks() -> None:
    wishes = Wishes(saying(Control.CHECKPOINT, Control.GO_ON, Control.GO_ON, Control.STOP))
    wishes.ask()
    said = [wishes.control() for _ in range(4)]
    assert said == [Control.CHECKPOINT, Control.GO_ON, Control.STOP, Control.STOP]


@pytest.mark.parametrize("wish", ENDS)
def test_an_ended_attempt_says_what_it_was_doing(wish: Control) -> None:
    fault = interruption(wish, "at step 7")
    assert fault.cause is CAUSES.get(wish, Cause.STOPPED_BY_USER)
    assert str(fault) in {
        "stopped at step 7", "paused at step 7", "skipped while it was trained",
    }  # fmt: skip


@pytest.mark.parametrize("wish", [Control.STOP, Control.PAUSE])
def test_a_job_goes_back_at_every_question_and_ends_as_if_nobody_had_asked(
    tmp_path: Path, wish: Control
) -> None:
    unbroken, asked = MemoryHall(tmp_path / "unbroken"), 0

    def counting() -> Control:
        nonlocal asked
        asked += 1
        return Control.GO_ON

    unbroken.enlist("packed", "packing.enabled=true")
    unbroken.add()
    unbroken.train(control=counting)
    assert asked > 6
    for number in range(asked - 1):
        hall = MemoryHall(tmp_path / str(number))
        hall.enlist("packed", "packing.enabled=true")
        job = hall.add()
        hall.train(control=at(number, wish))
        released = hall.log.read_stream(job_stream(job.id))[-1].event
        assert isinstance(released, JobReleased), number
        assert released.cause is CAUSES[wish]
        stopped = hall.jobs.get(job.id)
        assert (stopped.state, stopped.failures) == (Queued(), 0)
        again = hall.train()
        assert again is not None
        assert isinstance(again.state, Completed)
        assert weights(hall) == weights(unbroken)


def test_a_job_is_asked_before_and_after_its_model_is_loaded(hall: MemoryHall) -> None:
    job = hall.add()
    for number in (0, 1):
        hall.train(control=at(number, Control.STOP))
        kinds = [type(record.event).__name__ for record in hall.log.read_stream(job_stream(job.id))]
        assert kinds[-2:] == ["JobStarted", "JobReleased"]
        assert "JobReceiptRecorded" not in kinds


@pytest.mark.parametrize("number", [0, 2, 5, 7])
def test_a_job_that_nobody_wants_goes_back_and_is_skipped_in_one_append(
    hall: MemoryHall, number: int
) -> None:
    job = hall.add()
    appended: list[int] = []
    honest = hall.log.append

    def watched(*appends: object) -> object:
        appended.append(len(appends[0].events))  # type: ignore[attr-defined]
        return honest(*appends)  # type: ignore[arg-type]

    hall.log.append = watched  # type: ignore[assignment,method-assign]
    skipped = hall.train(control=at(number, Control.SKIP))

    released, last = (each.event for each in hall.log.read_stream(job_stream(job.id))[-2:])
    assert isinstance(released, JobReleased)
    assert isinstance(last, JobSkipped)
    assert appended[-1] == 2
    assert skipped is not None
    assert skipped.state == Skipped(last.at, "skipped while it was trained")
    assert skipped.failures == 0
    assert hall.mirror.shown[job.id] == skipped
    assert hall.train() is None


def test_a_skipped_job_keeps_its_checkpoints_and_can_be_wanted_again(hall: MemoryHall) -> None:
    job = hall.add(content=rows(16))
    hall.train(control=at(7, Control.SKIP))
    kept = hall.jobs.get(job.id).checkpoints
    assert kept
    hall.checkpoints.verify(kept[-1])
    assert hall.campaigns.active().head is None

    assert hall.retry_job().execute(job.ref).status is JobStatus.QUEUED
    again = hall.train()
    assert again is not None
    assert isinstance(again.state, Completed)


def test_a_checkpoint_wished_for_while_rows_are_prepared_follows_the_first_step(
    hall: MemoryHall, told: list[Report]
) -> None:
    hall.add(content=rows(40))
    hall.train(control=saying(Control.GO_ON, Control.CHECKPOINT))
    kinds = [each for each in told if isinstance(each, StepDone | CheckpointCommitted)]
    assert isinstance(kinds[0], StepDone)
    assert isinstance(kinds[1], CheckpointCommitted)
    assert isinstance(kinds[2], StepDone)


def test_a_wish_during_a_save_is_told_and_the_save_is_finished(
    hall: MemoryHall, told: list[Report]
) -> None:
    job = hall.add(content=rows(40))

    def control() -> Control:
        saving = [each for each in told if isinstance(each, PhaseBegun)][-1:]
        begun = saving and saving[0].phase == "saving"
        return Control.STOP if begun else Control.GO_ON

    hall.train("hyperparams.save_steps=1", control=control)
    details = [each.detail for each in told if isinstance(each, PhaseBegun)]
    assert "step 1, stopping after this save" in details
    assert len(hall.jobs.get(job.id).checkpoints) == 1
