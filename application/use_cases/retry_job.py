"""Try a failed or skipped job again."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, decided_again, job_stream
from application.ports.job_mirror import JobMirror
from application.ports.job_repository import JobRepository
from domain.job import Job
from domain.job_decisions import requeue


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """Put a failed or skipped job back into the queue; it goes on from its last checkpoint."""

    log: EventLog
    jobs: JobRepository
    mirror: JobMirror
    clock: Clock

    def execute(self, reference: str) -> Job:
        """Record JobRequeued."""
        job = decided_again(lambda: self._requeue(reference))
        self.mirror.show([job])
        return job

    def _requeue(self, reference: str) -> Job:
        job = self.jobs.get(reference)
        event = requeue(job, self.clock.now())
        self.log.append(Append(job_stream(job.id), (event,), job.version))
        return self.jobs.get(job.id)
