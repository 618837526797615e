"""What can happen to a job, in the past tense."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.checkpoint import Checkpoint
from domain.dataset import Dataset, Priority
from domain.equipment import Equipment
from domain.ids import CampaignId, JobId
from domain.ladder import Rung
from domain.lease import Lease
from domain.receipts import MaskReceipt, PackingReceipt
from domain.result import Cause, TrainingResult
from domain.settings.layers import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQueued:
    """A dataset waits for its turn in a campaign."""

    job_id: JobId
    at: datetime
    dataset: Dataset
    hero_id: str
    campaign_id: CampaignId
    priority: Priority
    config_hash: str
    code_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A process has taken the job; head is the digest of what it starts from, '' for the base."""

    job_id: JobId
    at: datetime
    attempt: int
    lease: Lease
    settings: Mapping[str, Value]
    config_hash: str
    head: str
    start_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReceiptRecorded:
    """The rows were checked and may be trained on."""

    job_id: JobId
    at: datetime
    receipt: MaskReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPackingRecorded:
    """The rows were laid into forward passes, packed ones after a proof."""

    job_id: JobId
    at: datetime
    receipt: PackingReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEquipped:
    """The engine has said on what the job really runs."""

    job_id: JobId
    at: datetime
    equipment: Equipment


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCheckpointed:
    """A checkpoint of the job is committed."""

    job_id: JobId
    at: datetime
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRejected:
    """A checkpoint of the job is not what was committed; the job goes on without it."""

    job_id: JobId
    at: datetime
    checkpoint: Checkpoint
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReleased:
    """The job went back to the queue without a failure of its own."""

    job_id: JobId
    at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseExpired:
    """The owner of the job is gone."""

    job_id: JobId
    at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDeferred:
    """The job failed and waits before it is tried again."""

    job_id: JobId
    at: datetime
    until: datetime
    cause: Cause
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSteppedDown:
    """The job did not fit into memory, and goes on with less at once."""

    job_id: JobId
    at: datetime
    cause: Cause
    message: str
    rung: Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCompleted:
    """The job has done what was asked."""

    job_id: JobId
    at: datetime
    result: TrainingResult


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """The job will not be tried again by itself."""

    job_id: JobId
    at: datetime
    cause: Cause
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSkipped:
    """Somebody decided against the job."""

    job_id: JobId
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequeued:
    """Somebody wants the job tried again."""

    job_id: JobId
    at: datetime


JobEvent = (
    JobQueued
    | JobStarted
    | JobReceiptRecorded
    | JobPackingRecorded
    | JobEquipped
    | JobCheckpointed
    | CheckpointRejected
    | JobReleased
    | LeaseExpired
    | JobDeferred
    | JobSteppedDown
    | JobCompleted
    | JobFailed
    | JobSkipped
    | JobRequeued
)
