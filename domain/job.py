"""A dataset on its way through one campaign: its states, what may happen, and what follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import assert_never

from domain.checkpoint import Checkpoint
from domain.dataset import Dataset, Priority
from domain.ids import CampaignId, JobId, ref_of
from domain.job_events import (
    JobCheckpointed,
    JobCompleted,
    JobDeferred,
    JobEvent,
    JobFailed,
    JobPackingRecorded,
    JobQueued,
    JobReceiptRecorded,
    JobReleased,
    JobRequeued,
    JobSkipped,
    JobStarted,
    LeaseExpired,
)
from domain.lease import Lease
from domain.receipts import MaskReceipt, PackingReceipt
from domain.result import Cause, TrainingResult
from domain.settings.layers import Value


class JobStatus(StrEnum):
    """The five words for where a job stands."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


# States: each holds exactly what is true in it.


@dataclass(frozen=True, slots=True)
class Queued:
    """Waiting; not before a time if it failed a moment ago."""

    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Processing:
    """In the hands of one process."""

    lease: Lease
    started_at: datetime
    start_step: int


@dataclass(frozen=True, slots=True)
class Completed:
    """Done."""

    started_at: datetime
    finished_at: datetime
    result: TrainingResult


@dataclass(frozen=True, slots=True)
class Failed:
    """Ended badly."""

    started_at: datetime
    finished_at: datetime
    cause: Cause
    message: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not wanted."""

    finished_at: datetime
    reason: str


JobState = Queued | Processing | Completed | Failed | Skipped

_WORDS: Mapping[type[JobState], JobStatus] = {
    Queued: JobStatus.QUEUED,
    Processing: JobStatus.PROCESSING,
    Completed: JobStatus.COMPLETED,
    Failed: JobStatus.FAILED,
    Skipped: JobStatus.SKIPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A dataset on its way through one campaign.

    settings, config_hash and head are those of the last start, queued_config is the hash from
    before it; checkpoints are those committed on this head, oldest first.
    """

    id: JobId
    dataset: Dataset
    hero_id: str
    campaign_id: CampaignId
    priority: Priority
    created_at: datetime
    config_hash: str
    queued_config: str
    code_version: str
    version: int = 1
    attempts: int = 0
    failures: int = 0
    last_error: str = ""
    settings: Mapping[str, Value] = field(default_factory=dict)
    head: str = ""
    checkpoints: tuple[Checkpoint, ...] = ()
    receipts: tuple[MaskReceipt, ...] = ()
    packings: tuple[PackingReceipt, ...] = ()
    state: JobState = Queued()

    @property
    def ref(self) -> str:
        """Give the six characters by which people call the job."""
        return ref_of(self.id)

    @property
    def status(self) -> JobStatus:
        """Give the word for the state."""
        return _WORDS[type(self.state)]

    @property
    def duration_hours(self) -> float | None:
        """Give the hours from the last start to the end, None while there is no end."""
        match self.state:
            case (
                Completed(started_at=start, finished_at=end)
                | Failed(started_at=start, finished_at=end)
            ):
                return (end - start) / timedelta(hours=1)
            case _:
                return None


# Evolution: a job and an event give the next job; it never refuses.


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


def _with_receipt(job: Job, event: JobReceiptRecorded | JobPackingRecorded) -> Job:
    if isinstance(event, JobPackingRecorded):
        return replace(job, packings=(*job.packings, event.receipt))
    return replace(job, receipts=(*job.receipts, event.receipt))


def evolve(job: Job, event: JobEvent) -> Job:
    """Fold one event into the job."""
    job = replace(job, version=job.version + 1)
    match event:
        case JobQueued():
            return queued(event)
        case JobStarted(head=head):
            return replace(
                job,
                state=Processing(event.lease, event.at, event.start_step),
                attempts=event.attempt,
                settings=event.settings,
                config_hash=event.config_hash,
                head=head,
                checkpoints=job.checkpoints if head == job.head else (),
            )
        case JobReceiptRecorded() | JobPackingRecorded():
            return _with_receipt(job, event)
        case JobCheckpointed(checkpoint=checkpoint):
            # A job that gets on is not worn out, however often its worker is lost.
            return replace(job, checkpoints=(*job.checkpoints, checkpoint), failures=0)
        case JobReleased():
            return replace(job, state=Queued())
        case LeaseExpired(cause=cause):
            return replace(job, state=Queued(), failures=job.failures + 1, last_error=cause.value)
        case JobDeferred(until=until, message=message):
            return replace(job, state=Queued(until), failures=job.failures + 1, last_error=message)
        case JobCompleted(at=at, result=result):
            return replace(job, state=Completed(_started(job, at), at, result))
        case JobFailed(at=at, cause=cause, message=message):
            state = Failed(_started(job, at), at, cause, message)
            return replace(job, state=state, failures=job.failures + 1, last_error=message)
        case JobSkipped(at=at, reason=reason):
            return replace(job, state=Skipped(at, reason), last_error=reason)
        case JobRequeued():
            return replace(job, state=Queued(), failures=0)
        case _:
            assert_never(event)


def replay(history: Iterable[JobEvent]) -> Job:
    """Fold a whole history, which begins with JobQueued."""
    events = iter(history)
    first = next(events, None)
    if not isinstance(first, JobQueued):
        raise TypeError(f"a job begins with JobQueued, not {type(first).__name__}")
    return reduce(evolve, events, queued(first))


def _started(job: Job, otherwise: datetime) -> datetime:
    return job.state.started_at if isinstance(job.state, Processing) else otherwise
