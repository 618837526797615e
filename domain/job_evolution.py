"""What becomes of a job: a job and an event give the next job, and nothing is refused."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import assert_never

from domain.job import Completed, Failed, Job, Processing, Queued, Skipped
from domain.job_events import (
    CheckpointRejected,
    JobCheckpointed,
    JobCompleted,
    JobDeferred,
    JobEquipped,
    JobEvent,
    JobFailed,
    JobPackingRecorded,
    JobQueued,
    JobReceiptRecorded,
    JobReleased,
    JobRequeued,
    JobSkipped,
    JobStarted,
    JobSteppedDown,
    LeaseExpired,
)


def queued(event: JobQueued) -> Job:
    """Make the job that this event begins."""
    return Job(
        id=event.job_id,
        dataset=event.dataset,
        hero_id=event.hero_id,
        campaign_id=event.campaign_id,
        priority=event.priority,
        created_at=event.at,
        config_hash=event.config_hash,
        queued_config=event.config_hash,
        code_version=event.code_version,
    )


def _with_findings(job: Job, event: JobReceiptRecorded | JobPackingRecorded | JobEquipped) -> Job:
    match event:
        case JobReceiptRecorded(receipt=receipt):
            return replace(job, receipts=(*job.receipts, receipt))
        case JobPackingRecorded(receipt=packing):
            return replace(job, packings=(*job.packings, packing))
        case JobEquipped(equipment=equipment):
            return replace(job, equipment=equipment, rung=equipment.rung)


def _after_failure(job: Job, event: LeaseExpired | JobDeferred | JobSteppedDown) -> Job:
    job = replace(job, state=Queued(), failures=job.failures + 1)
    match event:
        case LeaseExpired(cause=cause):
            return replace(job, last_error=cause.value)
        case JobDeferred(until=until, message=message):
            return replace(job, state=Queued(until), last_error=message)
        case JobSteppedDown(message=message, rung=rung):
            return replace(job, last_error=message, rung=rung)


def _with_checkpoints(job: Job, event: JobCheckpointed | CheckpointRejected) -> Job:
    if isinstance(event, CheckpointRejected):
        sound = tuple(each for each in job.checkpoints if each != event.checkpoint)
        return replace(job, checkpoints=sound)
    # A job that gets on is not worn out, however often its worker is lost.
    return replace(job, checkpoints=(*job.checkpoints, event.checkpoint), failures=0)


def evolve(job: Job, event: JobEvent) -> Job:
    """Fold one event into the job."""
    job = replace(job, version=job.version + 1)
    match event:
        case JobQueued():
            return queued(event)
        case JobStarted(head=head):
            return replace(
                _on_head(job, head),
                state=Processing(event.lease, event.at, event.start_step),
                attempts=event.attempt,
                settings=event.settings,
                config_hash=event.config_hash,
                rung=job.rung if event.config_hash == job.config_hash else None,
            )
        case JobReceiptRecorded() | JobPackingRecorded() | JobEquipped():
            return _with_findings(job, event)
        case JobCheckpointed() | CheckpointRejected():
            return _with_checkpoints(job, event)
        case JobReleased():
            return replace(job, state=Queued())
        case LeaseExpired() | JobDeferred() | JobSteppedDown():
            return _after_failure(job, event)
        case JobCompleted(at=at, result=result):
            return replace(job, state=Completed(_started(job, at), at, result))
        case JobFailed(at=at, cause=cause, message=message):
            state = Failed(_started(job, at), at, cause, message)
            return replace(job, state=state, failures=job.failures + 1, last_error=message)
        case JobSkipped(at=at, reason=reason):
            return replace(job, state=Skipped(at, reason), last_error=reason)
        case JobRequeued():
            return replace(job, state=Queued(), failures=0, rung=None)
        case _:
            assert_never(event)


def replay(history: Iterable[JobEvent]) -> Job:
    """Fold a whole history, which begins with JobQueued."""
    events = iter(history)
    first = next(events, None)
    if not isinstance(first, JobQueued):
        raise TypeError(f"a job begins with JobQueued, not {type(first).__name__}")
    return reduce(evolve, events, queued(first))


def _on_head(job: Job, head: str) -> Job:
    if head == job.head:
        return job
    abandoned = (*job.abandoned, *job.checkpoints)
    return replace(job, head=head, checkpoints=(), abandoned=abandoned)


def _started(job: Job, otherwise: datetime) -> datetime:
    return job.state.started_at if isinstance(job.state, Processing) else otherwise
