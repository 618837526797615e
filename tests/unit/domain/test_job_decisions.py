"""What may happen to a job, and what is refused."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import job_decisions as decisions
from domain.errors import ExitStatus
from domain.job import Failed, Job, JobStatus, Processing, Queued
from domain.job_events import (
    JobCompleted,
    JobDeferred,
    JobEvent,
    JobFailed,
    JobReleased,
    JobSkipped,
    JobStarted,
    JobSteppedDown,
    LeaseExpired,
)
from domain.job_evolution import evolve, queued
from domain.ladder import Rung
from domain.lease import LeaseLostError
from domain.result import Cause
from tests.builders import (
    NOON,
    a_checkpoint,
    a_job_queued,
    a_job_started,
    a_lease,
    a_receipt,
    a_result,
    an_equipment,
)
from tests.strategies import Walk, after, walks

JOB = queued(a_job_queued())
HELD = evolve(JOB, a_job_started(JOB.id, fence=7))
LATER = NOON + timedelta(hours=1)

GO_BACK = (Cause.STOPPED_BY_USER, Cause.PAUSED, Cause.DRAINED, Cause.DISK_FULL)
LOSE_THE_WORKER = (Cause.LOST_WORKER, Cause.STALLED)
WAIT = (Cause.INTERNAL_ERROR,)
STEP_DOWN = (Cause.OUT_OF_GPU_MEMORY, Cause.OUT_OF_HOST_MEMORY)
END = (
    Cause.DATA_ERROR,
    Cause.CONFIG_ERROR,
    Cause.ARCHITECTURE_MISMATCH,
    Cause.UNTRUSTED_CHECKPOINT,
    Cause.DIVERGED,
)


def give_up(job: Job, cause: Cause, fence: int = 7) -> JobEvent:
    return decisions.give_up(job, fence, cause, "it broke", LATER)


VERBS: Mapping[str, Callable[[Job, int], JobEvent]] = {
    "start": lambda job, fence: decisions.start(
        job,
        a_lease(fence),
        settings={},
        config_hash="sha256:0",
        head="",
        start_step=0,
        at=LATER,
    ),
    "skip": lambda job, _: decisions.skip(job, "not wanted", LATER),
    "requeue": lambda job, _: decisions.requeue(job, LATER),
    "record a receipt of": lambda job, fence: decisions.record_receipt(
        job, fence, a_receipt(), LATER
    ),
    "checkpoint": lambda job, fence: decisions.record_checkpoint(job, fence, a_checkpoint(), LATER),
    "complete": lambda job, fence: decisions.complete(job, fence, a_result(), LATER),
    "give up": lambda job, fence: give_up(job, Cause.DIVERGED, fence),
}
OF_THE_HOLDER = ("record a receipt of", "checkpoint", "complete", "give up")
ALLOWED: Mapping[JobStatus, tuple[str, ...]] = {
    JobStatus.QUEUED: ("start", "skip"),
    JobStatus.PROCESSING: OF_THE_HOLDER,
    JobStatus.COMPLETED: (),
    JobStatus.FAILED: ("requeue",),
    JobStatus.SKIPPED: ("requeue",),
}
IN_STATE: Mapping[JobStatus, Job] = {
    JobStatus.QUEUED: JOB,
    JobStatus.PROCESSING: HELD,
    JobStatus.COMPLETED: evolve(HELD, JobCompleted(job_id=JOB.id, at=NOON, result=a_result())),
    JobStatus.FAILED: evolve(
        HELD, JobFailed(job_id=JOB.id, at=NOON, cause=Cause.DIVERGED, message="nan")
    ),
    JobStatus.SKIPPED: evolve(JOB, JobSkipped(job_id=JOB.id, at=NOON, reason="no")),
}


def check_moves_of(job: Job) -> None:
    fence = job.state.lease.fence if isinstance(job.state, Processing) else 1
    for verb, decide in VERBS.items():
        if verb in ALLOWED[job.status]:
            assert decide(job, fence).job_id == job.id
            continue
        with pytest.raises(decisions.IllegalMoveError) as refusal:
            decide(job, fence)
        assert str(refusal.value) == f"cannot {verb} job {job.ref}: it is {job.status.value}"


@pytest.mark.parametrize("status", JobStatus)
def test_a_state_accepts_its_own_moves_and_refuses_all_others(status: JobStatus) -> None:
    job = IN_STATE[status]
    assert job.status is status
    check_moves_of(job)


@given(walks())
def test_however_a_job_came_to_its_state_the_same_moves_are_legal(walk: Walk) -> None:
    check_moves_of(walk.job)


@given(walks())
def test_a_decision_and_its_event_lead_where_the_verb_says(walk: Walk) -> None:
    leads_to = {
        "start": JobStatus.PROCESSING,
        "skip": JobStatus.SKIPPED,
        "requeue": JobStatus.QUEUED,
    }
    for verb, status in leads_to.items():
        if verb in ALLOWED[walk.job.status]:
            assert evolve(walk.job, VERBS[verb](walk.job, 1)).status is status


@pytest.mark.parametrize("verb", OF_THE_HOLDER)
@given(fence=st.integers().filter(lambda fence: fence != 7))
def test_another_fence_than_that_of_the_claim_changes_nothing(verb: str, fence: int) -> None:
    with pytest.raises(LeaseLostError) as refusal:
        VERBS[verb](HELD, fence)
    assert str(refusal.value) == (
        f"cannot {verb} job {HELD.ref}: claim {fence} is over, 7 holds it"
    )
    assert refusal.value.exit_status is ExitStatus.HELD


def test_a_claim_is_over_once_the_job_was_claimed_again() -> None:
    job = after(HELD, give_up(HELD, Cause.LOST_WORKER), a_job_started(JOB.id, fence=8, attempt=2))
    with pytest.raises(LeaseLostError):
        decisions.complete(job, 7, a_result(), LATER)
    assert isinstance(decisions.complete(job, 8, a_result(), LATER), JobCompleted)


def test_each_start_is_one_more_attempt() -> None:
    again = evolve(HELD, give_up(HELD, Cause.PAUSED))
    event = VERBS["start"](again, 8)
    assert isinstance(event, JobStarted)
    assert event.attempt == 2


def test_the_table_of_causes_names_every_cause_once() -> None:
    assert sorted(GO_BACK + LOSE_THE_WORKER + WAIT + STEP_DOWN + END) == sorted(Cause)


@pytest.mark.parametrize("cause", GO_BACK)
def test_a_job_that_was_interrupted_goes_back_and_counts_no_failure(cause: Cause) -> None:
    job = HELD
    for fence in range(8, 14):
        event = give_up(job, cause, fence - 1)
        assert event == JobReleased(job_id=JOB.id, at=LATER, cause=cause)
        job = after(job, event, a_job_started(JOB.id, fence=fence))
    assert (job.failures, job.last_error) == (0, "")


@pytest.mark.parametrize("cause", LOSE_THE_WORKER)
def test_a_job_that_lost_its_worker_waits_at_once_and_counts_a_failure(cause: Cause) -> None:
    event = give_up(HELD, cause)
    assert event == LeaseExpired(job_id=JOB.id, at=LATER, cause=cause)
    job = evolve(HELD, event)
    assert (job.state, job.failures, job.last_error) == (Queued(), 1, cause.value)


@pytest.mark.parametrize("cause", LOSE_THE_WORKER)
def test_the_third_worker_that_is_lost_fails_the_job(cause: Cause) -> None:
    job = HELD
    for fence in (7, 8):
        job = after(job, give_up(job, cause, fence), a_job_started(JOB.id, fence=fence + 1))
        assert job.status is JobStatus.PROCESSING
    job = evolve(job, give_up(job, cause, 9))
    assert isinstance(job.state, Failed)
    assert (job.state.cause, job.failures) == (cause, 3)


def test_an_internal_error_is_tried_again_three_times_and_then_failed() -> None:
    job, waits = HELD, []
    for fence in (7, 8, 9):
        event = give_up(job, Cause.INTERNAL_ERROR, fence)
        assert isinstance(event, JobDeferred)
        waits.append((event.until - event.at).total_seconds())
        job = evolve(job, event)
        assert job.state == Queued(not_before=event.until)
        job = evolve(job, a_job_started(JOB.id, fence=fence + 1))
    assert waits == [30, 120, 600]
    job = evolve(job, give_up(job, Cause.INTERNAL_ERROR, 10))
    assert (job.status, job.failures, job.last_error) == (JobStatus.FAILED, 4, "it broke")


def test_losses_and_errors_wear_a_job_out_together() -> None:
    job = after(HELD, give_up(HELD, Cause.LOST_WORKER), a_job_started(JOB.id, fence=8))
    event = give_up(job, Cause.INTERNAL_ERROR, 8)
    assert isinstance(event, JobDeferred)
    assert (event.until - event.at).total_seconds() == 120
    job = after(job, event, a_job_started(JOB.id, fence=9))
    assert isinstance(give_up(job, Cause.STALLED, 9), JobFailed)


@pytest.mark.parametrize("cause", END)
def test_a_cause_that_repeating_cannot_cure_fails_the_job_at_once(cause: Cause) -> None:
    event = give_up(HELD, cause)
    assert event == JobFailed(job_id=JOB.id, at=LATER, cause=cause, message="it broke")
    assert evolve(HELD, event).failures == 1


@pytest.mark.parametrize("cause", STEP_DOWN)
def test_a_job_that_does_not_fit_goes_down_the_ladder_and_then_fails(cause: Cause) -> None:
    settings = {
        "hyperparams.per_device_train_batch_size": 4,
        "hyperparams.gradient_accumulation_steps": 3,
    }
    job = evolve(JOB, a_job_started(JOB.id, fence=7, settings=settings))
    seen = []
    for fence in range(7, 10):
        event = give_up(job, cause, fence)
        assert isinstance(event, JobSteppedDown)
        seen.append((event.rung.micro_batch, event.rung.accumulation))
        job = after(job, event, a_job_started(JOB.id, fence=fence + 1, settings=settings))
        assert job.failures == fence - 6
    assert seen == [(2, 6), (1, 12), (1, 12)]
    assert job.rung == Rung(micro_batch=1, accumulation=12, activation_checkpointing=True)
    last = give_up(job, cause, 10)
    assert isinstance(last, JobFailed)
    assert last.message == (
        "it broke; none of these fits: batch 4 x 3 passes; batch 2 x 6 passes; "
        "batch 1 x 12 passes; batch 1 x 12 passes, activations computed twice"
    )


def test_a_job_steps_down_from_what_it_really_ran_on() -> None:
    event = decisions.record_equipment(HELD, 7, an_equipment(batch=1, passes=16), LATER)
    event = give_up(evolve(HELD, event), Cause.OUT_OF_GPU_MEMORY)
    assert isinstance(event, JobSteppedDown)
    assert event.rung.activation_checkpointing


def test_other_settings_begin_the_ladder_anew_and_so_does_a_new_try() -> None:
    small = evolve(HELD, give_up(HELD, Cause.OUT_OF_GPU_MEMORY))
    same = a_job_started(JOB.id, fence=8)
    assert small.rung is not None
    assert evolve(small, same).rung == small.rung
    assert evolve(small, replace(same, config_hash="sha256:other")).rung is None
    failed = evolve(evolve(small, same), give_up(evolve(small, same), Cause.DIVERGED, 8))
    assert evolve(failed, decisions.requeue(failed, LATER)).rung is None


def test_a_requeued_job_has_all_its_tries_again() -> None:
    failed = IN_STATE[JobStatus.FAILED]
    job = after(failed, decisions.requeue(failed, LATER), a_job_started(JOB.id, fence=9, attempt=2))
    assert isinstance(give_up(job, Cause.LOST_WORKER, 9), LeaseExpired)
    assert job.failures == 0
