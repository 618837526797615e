"""A dataset on its way through one campaign, and the states that it can be in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.checkpoint import Checkpoint
from domain.dataset import Dataset, Priority
from domain.equipment import Equipment
from domain.ids import CampaignId, JobId, ref_of
from domain.ladder import Rung
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
    before it; checkpoints are those committed on this head, abandoned those on earlier ones.
    equipment is that of the last attempt that came to train; rung is what the next one with the
    same settings begins on, None where nobody knows yet.
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
    abandoned: tuple[Checkpoint, ...] = ()
    receipts: tuple[MaskReceipt, ...] = ()
    packings: tuple[PackingReceipt, ...] = ()
    equipment: Equipment | None = None
    rung: Rung | None = None
    state: JobState = Queued()

    @property
    def ref(self) -> str:
        """Give the six characters by which people call the job."""
        return ref_of(self.id)

    def goes_on(self, head: str) -> bool:
        """Tell whether the job would go on from its last checkpoint, were it claimed on a head."""
        done = isinstance(self.state, Completed)
        return bool(self.checkpoints) and not done and self.head == head

    @property
    def status(self) -> JobStatus:
        """Give the word for the state."""
        return _WORDS[type(self.state)]

    @property
    def duration_hours(self) -> float | None:
        """Give the hours from the last start to the end, None while there is no end."""
        if not isinstance(self.state, Completed | Failed):
            return None
        return (self.state.finished_at - self.state.started_at) / timedelta(hours=1)
