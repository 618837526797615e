"""Training the next job of a campaign."""

import math
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.memory.model_loader import MemoryModel, MemoryModelLoader
from adapters.memory.trainer import MemoryTrainer
from application.ports.event_log import (
    START,
    Append,
    BrokenLogError,
    Position,
    StaleStreamError,
    campaign_stream,
    job_stream,
)
from application.ports.job_repository import CampaignBusyError
from application.ports.model_loader import ModelUnavailableError
from application.ports.status_sink import StatusSink
from application.ports.trainer import Control
from domain.architecture import LockedArchitecture
from domain.campaign_events import HeadAdvanced
from domain.dataset import Priority
from domain.job import Completed, Failed, Job, JobStatus, Processing, Queued
from domain.job_decisions import IllegalMoveError
from domain.job_events import JobCompleted, JobReleased, JobStarted, LeaseExpired
from domain.lease import LeaseLostError
from domain.reports import CheckpointCommitted, Report, StepDone, Warned
from domain.result import Cause, Ending, TrainingResult
from tests.builders import a_checkpoint
from tests.memory_hall import MemoryHall, rows


class Kill(BaseException):
    """The process is gone in this moment."""


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path)
    hall.enlist()
    return hall


def result_of(job: Job | None) -> TrainingResult:
    assert job is not None
    assert isinstance(job.state, Completed), job
    return job.state.result


def model_at_head(hall: MemoryHall) -> MemoryModel:
    head = hall.campaigns.active().head
    assert head is not None
    return MemoryModel.read(hall.checkpoints.locate(head))


def after(calls: int) -> Callable[[], Control]:
    left = iter([Control.GO_ON] * calls)
    return lambda: next(left, Control.STOP)


def test_nothing_waits_nothing_happens(hall: MemoryHall) -> None:
    before = hall.log.read_after(START)

    assert hall.train() is None
    assert hall.log.read_after(START) == before


def test_a_job_is_trained_and_the_head_advances(hall: MemoryHall) -> None:
    hall.add()

    result = result_of(hall.train())
    campaign = hall.campaigns.active()
    assert result.ending is Ending.ALL_ROWS
    assert campaign.head == result.checkpoint
    assert campaign.step == result.final_step == 3
    hall.log.verify()


def test_the_end_of_the_job_and_the_new_head_are_one_append(hall: MemoryHall) -> None:
    job = hall.add()
    hall.train()

    events = [record.event for record in hall.log.read_after(START)][-2:]
    assert isinstance(events[0], JobCompleted)
    assert isinstance(events[1], HeadAdvanced)
    assert events[1].job_id == job.id


def test_a_crash_in_the_middle_of_the_last_append_leaves_neither(hall: MemoryHall) -> None:
    hall.add()
    honest = hall.log.append

    def torn(*appends: Append) -> Position:
        if len(appends) > 1 and isinstance(appends[0].events[0], JobCompleted):
            broken = Append(appends[1].stream, appends[1].events, 99)
            return honest(appends[0], broken)
        return honest(*appends)

    hall.log.append = torn  # type: ignore[method-assign]
    with pytest.raises(StaleStreamError):
        hall.train()
    assert hall.campaigns.active().head is None
    assert not any(isinstance(job.state, Completed) for job in hall.jobs.find())


def test_the_second_job_goes_on_from_the_head_of_the_first(hall: MemoryHall) -> None:
    hall.add("one.jsonl", rows(8))
    hall.add("two.jsonl", rows(8, begin=100))

    first = result_of(hall.train())
    left = model_at_head(hall)
    second = result_of(hall.train())
    assert (second.start_step, left.steps) == (first.final_step, 3)
    assert model_at_head(hall).steps == second.final_step == 6


def test_high_goes_before_normal_before_low(hall: MemoryHall) -> None:
    for number, priority in enumerate((Priority.LOW, Priority.NORMAL, Priority.HIGH)):
        hall.add(f"{priority}.jsonl", rows(8, begin=number), priority)

    names = [job.dataset.name for job in iter(hall.train, None) if job]
    assert names == ["high.jsonl", "normal.jsonl", "low.jsonl"]


def test_max_steps_is_a_setting_of_the_job_and_says_so(hall: MemoryHall) -> None:
    hall.add()

    job = hall.train("hyperparams.max_steps=2")
    assert result_of(job).ending is Ending.MAX_STEPS
    assert result_of(job).final_step == 2
    assert job is not None
    assert job.settings["hyperparams.max_steps"] == 2


def test_the_receipt_is_recorded_before_the_first_step(hall: MemoryHall) -> None:
    job = hall.add()
    hall.train()

    kinds = [type(record.event).__name__ for record in hall.log.read_stream(job_stream(job.id))]
    assert kinds == [
        "JobQueued",
        "JobStarted",
        "JobReceiptRecorded",
        "JobPackingRecorded",
        "JobEquipped",
        "JobCheckpointed",
        "JobCompleted",
    ]
    receipt = hall.jobs.get(job.id).receipts[0]
    assert receipt.rows == 6
    assert receipt.end_of_turn_trained


def test_the_numbers_of_every_step_are_kept(hall: MemoryHall) -> None:
    job = hall.add()
    hall.train()

    assert [step for step, _ in hall.metrics.series(job.id, "loss")] == [1, 2, 3]
    assert [step for step, _ in hall.metrics.series(job.id, "val_loss")] == [0, 3]


def test_a_hero_without_weights_here_is_refused_before_the_claim(hall: MemoryHall) -> None:
    hall.enlist("far", hero="faraway")
    job = hall.add()
    before = hall.log.read_after(START)

    with pytest.raises(ModelUnavailableError):
        hall.train()
    assert hall.log.read_after(START) == before
    assert hall.jobs.get(job.id).status is JobStatus.QUEUED


def test_a_model_of_another_architecture_ends_the_job(hall: MemoryHall) -> None:
    hall.models = MemoryModelLoader(
        found=LockedArchitecture(
            base_model="apprentice-base", architecture="Other", vocab_size=100, max_context=200
        )
    )
    hall.add()

    job = hall.train()
    assert job is not None
    assert isinstance(job.state, Failed)
    assert job.state.cause is Cause.ARCHITECTURE_MISMATCH
    assert "locked MemoryModel, found Other" in job.state.message
    assert "locked by campaign apprentice/first" in job.state.message
    assert "found in base model apprentice-base" in job.state.message


def test_a_loss_that_is_not_finite_ends_the_job_and_moves_no_head(hall: MemoryHall) -> None:
    hall.trainer = MemoryTrainer(losses={2: math.nan})
    hall.add()

    job = hall.train()
    assert job is not None
    assert isinstance(job.state, Failed)
    assert job.state.cause is Cause.DIVERGED
    assert hall.campaigns.active().head is None


def test_a_row_that_is_too_long_ends_the_job_with_the_way_out(hall: MemoryHall) -> None:
    hall.add(content=rows(3) + b'{"question": "' + b"long " * 50 + b'", "answer": "x"}\n')

    job = hall.train()
    assert job is not None
    assert isinstance(job.state, Failed)
    assert job.state.cause is Cause.DATA_ERROR
    assert "row 4" in job.state.message


def test_rows_that_are_too_long_are_left_out_where_that_is_set(hall: MemoryHall) -> None:
    hall.enlist("drop", "data.over_long=drop")
    hall.add(content=rows(3) + b'{"question": "' + b"long " * 50 + b'", "answer": "x"}\n')

    job = hall.train()
    assert job is not None
    assert job.receipts[0].over_long_dropped == (4,)


def test_a_bug_is_recorded_and_shows_its_traceback(hall: MemoryHall) -> None:
    hall.trainer = MemoryTrainer(faults={2: ZeroDivisionError("oops")})
    job = hall.add()

    with pytest.raises(ZeroDivisionError):
        hall.train()
    ended = hall.jobs.get(job.id)
    assert isinstance(ended.state, Queued)
    assert ended.state.not_before is not None
    assert (ended.failures, ended.last_error) == (1, "oops")
    assert hall.train() is None, "it waits before it is tried again"


def test_a_full_disk_releases_the_job(hall: MemoryHall) -> None:
    hall.trainer = MemoryTrainer(faults={2: OSError(28, "No space left on device")})
    job = hall.add()
    hall.train()

    released = hall.log.read_stream(job_stream(job.id))[-1].event
    assert isinstance(released, JobReleased)
    assert (released.cause, hall.jobs.get(job.id).failures) == (Cause.DISK_FULL, 0)


def test_a_stopped_job_goes_back_with_its_progress_and_goes_on_from_there(
    hall: MemoryHall, tmp_path: Path
) -> None:
    job = hall.add()
    hall.train(control=after(4))

    stopped = hall.jobs.get(job.id)
    assert (stopped.status, stopped.failures) == (JobStatus.QUEUED, 0)
    assert len(stopped.checkpoints) == 1
    result_of(hall.train())

    unbroken = MemoryHall(tmp_path / "unbroken")
    unbroken.enlist()
    unbroken.add()
    unbroken.train()
    assert model_at_head(hall) == model_at_head(unbroken)


class DyingSink(StatusSink):
    """Passes reports on, and loses the process after a step was told."""

    def __init__(self, sink: StatusSink, step: int) -> None:
        self._sink, self._step = sink, step

    def tell(self, job: Job, report: Report) -> None:
        self._sink.tell(job, report)
        if isinstance(report, StepDone) and report.step == self._step:
            raise Kill


class ListeningSink(StatusSink):
    """Passes reports on and keeps them."""

    def __init__(self, sink: StatusSink, told: list[Report]) -> None:
        self._sink, self._told = sink, told

    def tell(self, job: Job, report: Report) -> None:
        self._sink.tell(job, report)
        self._told.append(report)


def killed_at(hall: MemoryHall, step: int) -> None:
    """Train, lose the process after a step, and be the next process."""
    honest = hall.sink
    hall.sink = DyingSink(honest, step)
    with pytest.raises(Kill):
        hall.train()
    hall.sink = honest
    hall.be(hall.processes.this().pid + 1)


def test_a_job_whose_owner_is_gone_goes_on_from_its_last_checkpoint(
    hall: MemoryHall, tmp_path: Path
) -> None:
    hall.enlist("saving", "hyperparams.save_steps=1")
    job = hall.add()
    killed_at(hall, 2)

    lost = hall.jobs.get(job.id)
    assert isinstance(lost.state, Processing)
    resumed = hall.train("hyperparams.seed=9")
    result_of(resumed)
    kinds = [type(record.event) for record in hall.log.read_stream(job_stream(job.id))]
    assert kinds.count(LeaseExpired) == 1
    assert kinds.count(JobStarted) == 2
    assert kinds.count(JobCompleted) == 1
    assert resumed is not None
    assert resumed.settings["hyperparams.seed"] == 42, "it keeps the settings it started with"

    unbroken = MemoryHall(tmp_path / "unbroken")
    unbroken.enlist("saving", "hyperparams.save_steps=1")
    unbroken.add()
    unbroken.train()
    assert model_at_head(hall) == model_at_head(unbroken)


def test_a_job_that_loses_its_worker_three_times_fails(hall: MemoryHall) -> None:
    job = hall.add()
    for _ in range(3):
        killed_at(hall, 1)

    worn_out = hall.train()
    assert worn_out == hall.jobs.get(job.id)
    assert isinstance(worn_out.state, Failed)
    assert worn_out.state.cause is Cause.LOST_WORKER


def test_a_worker_that_was_asked_to_end_is_no_failure_of_its_job(hall: MemoryHall) -> None:
    job = hall.add()
    for _ in range(5):
        hall.processes.note_wish()
        killed_at(hall, 1)
    result_of(hall.train())
    kinds = [type(record.event) for record in hall.log.read_stream(job_stream(job.id))]
    assert (kinds.count(JobReleased), kinds.count(LeaseExpired)) == (5, 0)
    assert not hall.asked


def test_a_job_that_gets_on_may_lose_its_worker_often(hall: MemoryHall) -> None:
    hall.enlist("saving", "hyperparams.save_steps=1", "hyperparams.num_train_epochs=3")
    hall.add()
    for step in (2, 3, 4, 5):
        killed_at(hall, step)

    assert result_of(hall.train()).ending is Ending.ALL_ROWS


def test_rows_are_counted_as_the_steps_saw_them(hall: MemoryHall) -> None:
    hall.add()
    assert result_of(hall.train("hyperparams.max_steps=2")).rows == 4


def test_settings_given_to_a_job_that_goes_on_are_said_to_be_ignored(hall: MemoryHall) -> None:
    hall.add()
    told: list[Report] = []
    hall.train(control=after(4))
    honest = hall.sink
    hall.sink = ListeningSink(honest, told)
    hall.train("hyperparams.max_steps=1")

    assert any(isinstance(report, Warned) for report in told)


def test_numbers_that_cannot_be_kept_never_stop_the_job(hall: MemoryHall) -> None:
    hall.metrics.append = _broken  # type: ignore[method-assign]
    hall.add()

    result_of(hall.train())
    assert len(hall.warnings) == 1


def _broken(*_: object) -> None:
    raise BrokenLogError


def test_after_a_bug_the_mirror_shows_the_job_where_it_stands(hall: MemoryHall) -> None:
    hall.trainer = MemoryTrainer(faults={2: ZeroDivisionError("oops")})
    job = hall.add()
    with pytest.raises(ZeroDivisionError):
        hall.train()

    assert hall.mirror.shown[job.id] == hall.jobs.get(job.id)


def test_a_job_in_living_hands_is_left_alone(hall: MemoryHall) -> None:
    hall.add()
    before = hall.processes.this()
    killed_at(hall, 1)
    hall.be(2, living={before})

    with pytest.raises(CampaignBusyError, match="is being trained"):
        hall.train()


def test_a_job_of_another_host_is_left_until_its_claim_ends(hall: MemoryHall) -> None:
    hall.add()
    killed_at(hall, 1)
    hall.be(2, host="elsewhere")

    with pytest.raises(CampaignBusyError):
        hall.train()
    hall.clock.move(timedelta(minutes=10))
    result_of(hall.train())


def test_progress_on_an_older_head_is_not_taken_up(hall: MemoryHall) -> None:
    job = hall.add()
    hall.train(control=after(4))
    campaign = hall.campaigns.active()
    other = a_checkpoint(campaign=campaign.id, step=50)
    advanced = HeadAdvanced(
        campaign_id=campaign.id, at=hall.clock.now(), job_id=other.job_id, checkpoint=other
    )
    hall.log.append(Append(campaign_stream(campaign.id), (advanced,), campaign.version))
    hall.train()

    started = hall.jobs.get(job.id)
    assert started.head == other.digest
    assert started.checkpoints == ()


def test_a_failed_job_can_be_tried_again_and_goes_on(hall: MemoryHall) -> None:
    hall.trainer = MemoryTrainer(losses={2: math.nan})
    job = hall.add()
    hall.train()
    hall.trainer = MemoryTrainer()

    assert hall.retry_job().execute(job.ref).status is JobStatus.QUEUED
    result_of(hall.train())
    with pytest.raises(IllegalMoveError, match="cannot requeue"):
        hall.retry_job().execute(job.ref)


def test_what_a_late_attempt_tells_is_refused_and_not_recorded(hall: MemoryHall) -> None:
    job = hall.add()
    killed_at(hall, 1)
    claimed = hall.jobs.get(job.id)
    hall.train()
    before = hall.log.read_stream(job_stream(job.id))

    late = CheckpointCommitted(a_checkpoint(job.id))
    with pytest.raises((LeaseLostError, IllegalMoveError)):
        hall.sink.tell(claimed, late)
    assert hall.log.read_stream(job_stream(job.id)) == before
