"""Carries what a job tells into the log, and its numbers into the metrics."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, job_stream
from application.ports.job_repository import JobRepository
from application.ports.metrics import Metrics
from application.ports.status_sink import StatusSink
from domain.ids import JobId
from domain.job import Job, Processing
from domain.job_decisions import (
    IllegalMoveError,
    record_checkpoint,
    record_equipment,
    record_packing,
    record_receipt,
)
from domain.job_events import JobEvent
from domain.reports import (
    CheckpointCommitted,
    Equipped,
    JobBroken,
    JobDone,
    PackingMade,
    ReceiptMade,
    Report,
    Warned,
    metrics_of,
)

LEASE = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=15)


@dataclass(slots=True, kw_only=True)
class Recorder(StatusSink):
    """Turns reports into events, and keeps the claim alive while reports come.

    - receipts, equipment and checkpoints are events;
    - what an attempt tells after its claim is over raises LeaseLostError and is not recorded;
    - how the job ended is recorded by the use case that decides it.
    """

    log: EventLog
    jobs: JobRepository
    clock: Clock
    _beats: dict[JobId, datetime] = field(default_factory=dict)

    def tell(self, job: Job, report: Report) -> None:
        """Record one report of a job, as it was when it was claimed."""
        if isinstance(report, JobDone | JobBroken):
            self._beats.pop(job.id, None)
            return
        if isinstance(report, Warned):
            return  # somebody may be warned of a job that is over
        self._beat(job)
        match report:
            case ReceiptMade(receipt=receipt):
                current, fence, now = self._held(job)
                self._append(current, record_receipt(current, fence, receipt, now))
            case PackingMade(receipt=packing):
                current, fence, now = self._held(job)
                self._append(current, record_packing(current, fence, packing, now))
            case Equipped(equipment=equipment):
                current, fence, now = self._held(job)
                self._append(current, record_equipment(current, fence, equipment, now))
            case CheckpointCommitted(checkpoint=checkpoint):
                current, fence, now = self._held(job)
                self._append(current, record_checkpoint(current, fence, checkpoint, now))

    def _held(self, claimed: Job) -> tuple[Job, int, datetime]:
        return self.jobs.get(claimed.id), fence_of(claimed), self.clock.now()

    def _append(self, current: Job, event: JobEvent) -> None:
        self.log.append(Append(job_stream(current.id), (event,), current.version))

    def _beat(self, job: Job) -> None:
        now = self.clock.now()
        last = self._beats.get(job.id)
        if last is not None and now - last < HEARTBEAT:
            return
        self.jobs.heartbeat(job.id, fence_of(job), now + LEASE)
        self._beats[job.id] = now


@dataclass(frozen=True, slots=True)
class NumberKeeper(StatusSink):
    """Keeps the numbers of each step; a watcher, since a job is worth more than its curves."""

    metrics: Metrics

    def tell(self, job: Job, report: Report) -> None:
        """Keep the numbers of a report that has some."""
        if (numbers := metrics_of(report)) is not None:
            self.metrics.append(job.id, *numbers)


def fence_of(claimed: Job) -> int:
    """Give the fencing token of a claimed job."""
    if not isinstance(claimed.state, Processing):
        raise IllegalMoveError(claimed, "use the claim of")
    return claimed.state.lease.fence
