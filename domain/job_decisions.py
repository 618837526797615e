"""What may happen to a job: each decision gives an event, or refuses."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.checkpoint import Checkpoint
from domain.equipment import Equipment
from domain.errors import ErrorCode, GuildError
from domain.job import Failed, Job, Processing, Queued, Skipped
from domain.job_events import (
    CheckpointRejected,
    JobCheckpointed,
    JobCompleted,
    JobDeferred,
    JobEquipped,
    JobFailed,
    JobPackingRecorded,
    JobReceiptRecorded,
    JobReleased,
    JobRequeued,
    JobSkipped,
    JobStarted,
    JobSteppedDown,
    LeaseExpired,
)
from domain.ladder import first_rung, hyperparams_in, next_rung, tried
from domain.lease import Lease, LeaseLostError
from domain.receipts import MaskReceipt, PackingReceipt
from domain.result import (
    BACK_OFF_SECONDS,
    LOSING,
    MOST_FAILURES,
    OUT_OF_MEMORY,
    RELEASING,
    Cause,
    TrainingResult,
)
from domain.settings.layers import Value


class IllegalMoveError(GuildError):
    """A job cannot do this in its state."""

    code = ErrorCode.ILLEGAL_MOVE

    def __init__(self, job: Job, verb: str) -> None:
        super().__init__(f"cannot {verb} job {job.ref}: it is {job.status}")


def start(
    job: Job,
    lease: Lease,
    *,
    settings: Mapping[str, Value],
    config_hash: str,
    head: str,
    start_step: int,
    at: datetime,
) -> JobStarted:
    """Give the job to the owner of the lease."""
    if not isinstance(job.state, Queued):
        raise IllegalMoveError(job, "start")
    return JobStarted(
        job_id=job.id,
        at=at,
        attempt=job.attempts + 1,
        lease=lease,
        settings=settings,
        config_hash=config_hash,
        head=head,
        start_step=start_step,
    )


def record_receipt(job: Job, fence: int, receipt: MaskReceipt, at: datetime) -> JobReceiptRecorded:
    """Keep what was checked before training."""
    _holding(job, fence, "record a receipt of")
    return JobReceiptRecorded(job_id=job.id, at=at, receipt=receipt)


def record_packing(
    job: Job, fence: int, receipt: PackingReceipt, at: datetime
) -> JobPackingRecorded:
    """Keep how the rows were laid into forward passes, and its proof."""
    _holding(job, fence, "record the packing of")
    return JobPackingRecorded(job_id=job.id, at=at, receipt=receipt)


def record_equipment(job: Job, fence: int, equipment: Equipment, at: datetime) -> JobEquipped:
    """Keep on what the job really runs."""
    _holding(job, fence, "record the equipment of")
    return JobEquipped(job_id=job.id, at=at, equipment=equipment)


def record_checkpoint(
    job: Job, fence: int, checkpoint: Checkpoint, at: datetime
) -> JobCheckpointed:
    """Make a committed checkpoint part of the job."""
    _holding(job, fence, "checkpoint")
    return JobCheckpointed(job_id=job.id, at=at, checkpoint=checkpoint)


def reject_checkpoint(
    job: Job, fence: int, checkpoint: Checkpoint, reason: str, at: datetime
) -> CheckpointRejected:
    """Go on without a checkpoint that is not what was committed."""
    _holding(job, fence, "reject a checkpoint of")
    return CheckpointRejected(job_id=job.id, at=at, checkpoint=checkpoint, reason=reason)


def complete(job: Job, fence: int, result: TrainingResult, at: datetime) -> JobCompleted:
    """End the job well."""
    _holding(job, fence, "complete")
    return JobCompleted(job_id=job.id, at=at, result=result)


def give_up(
    job: Job, fence: int, cause: Cause, message: str, at: datetime
) -> JobReleased | LeaseExpired | JobDeferred | JobSteppedDown | JobFailed:
    """End an attempt that did not complete; the cause decides what becomes of the job."""
    _holding(job, fence, "give up")
    if cause in RELEASING:
        return JobReleased(job_id=job.id, at=at, cause=cause)
    if cause in LOSING and job.failures + 1 < MOST_FAILURES:
        return LeaseExpired(job_id=job.id, at=at, cause=cause)
    if cause in OUT_OF_MEMORY:
        return _step_down(job, cause, message, at)
    if cause is Cause.INTERNAL_ERROR and job.failures < len(BACK_OFF_SECONDS):
        until = at + timedelta(seconds=BACK_OFF_SECONDS[job.failures])
        return JobDeferred(job_id=job.id, at=at, until=until, cause=cause, message=message)
    return JobFailed(job_id=job.id, at=at, cause=cause, message=message)


def _step_down(job: Job, cause: Cause, message: str, at: datetime) -> JobSteppedDown | JobFailed:
    hyperparams = hyperparams_in(job.settings)
    used = job.rung or first_rung(hyperparams)
    if rung := next_rung(hyperparams, used):
        return JobSteppedDown(job_id=job.id, at=at, cause=cause, message=message, rung=rung)
    efforts = "; ".join(map(str, tried(hyperparams, used)))
    return JobFailed(
        job_id=job.id, at=at, cause=cause, message=f"{message}; none of these fits: {efforts}"
    )


def skip(job: Job, reason: str, at: datetime) -> JobSkipped:
    """Decide against a waiting job."""
    if not isinstance(job.state, Queued):
        raise IllegalMoveError(job, "skip")
    return JobSkipped(job_id=job.id, at=at, reason=reason)


def requeue(job: Job, at: datetime) -> JobRequeued:
    """Try a failed or skipped job again."""
    if not isinstance(job.state, Failed | Skipped):
        raise IllegalMoveError(job, "requeue")
    return JobRequeued(job_id=job.id, at=at)


def _holding(job: Job, fence: int, verb: str) -> Processing:
    if not isinstance(job.state, Processing):
        raise IllegalMoveError(job, verb)
    if job.state.lease.fence != fence:
        raise LeaseLostError(
            f"cannot {verb} job {job.ref}: claim {fence} is over, {job.state.lease.fence} holds it"
        )
    return job.state
