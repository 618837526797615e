"""What follows from what happened to a job."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from domain.checkpoint import Checkpoint
from domain.dataset import Priority
from domain.job import Completed, JobStatus, Processing, Queued
from domain.job_events import (
    CheckpointRejected,
    JobCheckpointed,
    JobCompleted,
    JobDeferred,
    JobEvent,
    JobFailed,
    JobReceiptRecorded,
    JobReleased,
    JobRequeued,
    JobSkipped,
    JobStarted,
    LeaseExpired,
)
from domain.job_evolution import evolve, queued, replay
from domain.result import Cause
from tests.builders import (
    NOON,
    a_checkpoint,
    a_job_id,
    a_job_queued,
    a_job_started,
    a_receipt,
    a_result,
)
from tests.strategies import Walk, after, walks

JOB = queued(a_job_queued())
AN_HOUR = timedelta(hours=1)
COUNTED = (LeaseExpired, JobDeferred, JobFailed)


def a_failure(*, hours: float = 1) -> JobFailed:
    at = NOON + hours * AN_HOUR
    return JobFailed(job_id=JOB.id, at=at, cause=Cause.DIVERGED, message="loss is nan")


@given(walks())
def test_replaying_a_history_gives_what_stepwise_evolution_gave(walk: Walk) -> None:
    for length, job in enumerate(walk.jobs, start=1):
        assert replay(walk.history[:length]) == job


@given(walks())
def test_the_version_counts_the_events_and_attempts_count_the_starts(walk: Walk) -> None:
    starts = 0
    for length, job in enumerate(walk.jobs, start=1):
        starts += isinstance(walk.history[length - 1], JobStarted)
        assert (job.version, job.attempts) == (length, starts)


@given(walks())
def test_failures_count_what_went_wrong_since_the_last_requeue_or_checkpoint(walk: Walk) -> None:
    fresh = [
        place
        for place, event in enumerate(walk.history)
        if isinstance(event, JobRequeued | JobCheckpointed)
    ]
    since = walk.history[fresh[-1] :] if fresh else walk.history
    assert walk.job.failures == sum(isinstance(event, COUNTED) for event in since)


@given(walks())
def test_identity_never_changes(walk: Walk) -> None:
    first = walk.jobs[0]
    for job in walk.jobs:
        assert (job.id, job.ref, job.dataset, job.campaign_id, job.hero_id, job.created_at) == (
            first.id, first.ref, first.dataset, first.campaign_id, first.hero_id, first.created_at
        )  # fmt: skip
        assert (job.priority, job.queued_config) == (first.priority, first.queued_config)


@given(walks())
def test_checkpoints_are_those_made_on_the_head_and_receipts_are_all(walk: Walk) -> None:
    told = [event.receipt for event in walk.history if isinstance(event, JobReceiptRecorded)]
    assert list(walk.job.receipts) == told
    head = ""
    made: list[Checkpoint] = []
    abandoned: list[Checkpoint] = []
    for event in walk.history:
        if isinstance(event, JobStarted) and event.head != head:
            abandoned, made, head = [*abandoned, *made], [], event.head
        elif isinstance(event, JobCheckpointed):
            made = [*made, event.checkpoint]
        elif isinstance(event, CheckpointRejected):
            made = [each for each in made if each != event.checkpoint]
    assert list(walk.job.checkpoints) == made
    assert list(walk.job.abandoned) == abandoned


def test_a_queued_job_waits_for_nothing() -> None:
    job = queued(a_job_queued(priority=Priority.HIGH))
    assert job.state == Queued(not_before=None)
    assert (job.status, job.priority, job.version) == (JobStatus.QUEUED, Priority.HIGH, 1)
    assert (job.attempts, job.failures, job.checkpoints) == (0, 0, ())


def test_a_job_knows_the_reference_in_its_id() -> None:
    job = queued(a_job_queued(number=31))
    assert (job.ref, job.id) == ("00000z", a_job_id(31))


def test_starting_takes_over_settings_and_head_but_keeps_the_hash_from_queueing() -> None:
    started = replace(
        a_job_started(JOB.id, head="a" * 64, start_step=40), config_hash="sha256:other"
    )
    job = evolve(JOB, started)
    assert job.state == Processing(started.lease, started.at, 40)
    assert (job.settings, job.head) == (started.settings, "a" * 64)
    assert (job.config_hash, job.queued_config) == ("sha256:other", JOB.config_hash)


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        pytest.param("a" * 64, True, id="the same head"),
        pytest.param("b" * 64, False, id="another head"),
        pytest.param("", False, id="the base model"),
    ],
)
def test_a_start_keeps_checkpoints_only_on_the_same_head(second: str, *, kept: bool) -> None:
    checkpoint = a_checkpoint(JOB.id)
    released = JobReleased(job_id=JOB.id, at=NOON, cause=Cause.STOPPED_BY_USER)
    job = after(
        JOB,
        a_job_started(JOB.id, head="a" * 64),
        JobCheckpointed(job_id=JOB.id, at=NOON, checkpoint=checkpoint),
        released,
    )
    again = evolve(job, a_job_started(JOB.id, head=second, fence=2, attempt=2))
    assert again.checkpoints == ((checkpoint,) if kept else ())


def test_duration_is_counted_from_the_last_start_to_the_end() -> None:
    job = after(
        JOB,
        a_job_started(JOB.id),
        JobReleased(job_id=JOB.id, at=NOON + AN_HOUR, cause=Cause.PAUSED),
        a_job_started(JOB.id, fence=2, attempt=2, at=NOON + 5 * AN_HOUR),
        JobCompleted(job_id=JOB.id, at=NOON + 6.5 * AN_HOUR, result=a_result()),
    )
    assert isinstance(job.state, Completed)
    assert job.duration_hours == 1.5


def test_a_failed_job_has_a_duration_too() -> None:
    assert after(JOB, a_job_started(JOB.id), a_failure(hours=0.25)).duration_hours == 0.25


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((), id="queued"),
        pytest.param((a_job_started(JOB.id),), id="processing"),
        pytest.param((JobSkipped(job_id=JOB.id, at=NOON, reason="no"),), id="skipped"),
        pytest.param(
            (a_job_started(JOB.id), a_failure(), JobRequeued(job_id=JOB.id, at=NOON)),
            id="requeued",
        ),
    ],
)
def test_a_job_without_an_end_has_no_duration(events: tuple[JobEvent, ...]) -> None:
    assert after(JOB, *events).duration_hours is None


def test_the_last_error_says_what_happened_last() -> None:
    lost = LeaseExpired(job_id=JOB.id, at=NOON, cause=Cause.LOST_WORKER)
    job = after(JOB, a_job_started(JOB.id), lost)
    assert job.last_error == "lost_worker"
    job = after(job, a_job_started(JOB.id, fence=2, attempt=2), a_failure())
    assert job.last_error == "loss is nan"
    assert evolve(JOB, JobSkipped(job_id=JOB.id, at=NOON, reason="no")).last_error == "no"


def test_a_history_begins_with_the_job_being_queued() -> None:
    with pytest.raises(TypeError, match="begins with JobQueued, not JobStarted"):
        replay([a_job_started(JOB.id)])


def test_a_receipt_leaves_the_job_in_the_hands_that_hold_it() -> None:
    held = evolve(JOB, a_job_started(JOB.id))
    told = evolve(held, JobReceiptRecorded(job_id=JOB.id, at=NOON, receipt=a_receipt()))
    assert told.state == held.state
