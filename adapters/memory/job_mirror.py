"""A mirror that keeps the last look of each job."""

from collections.abc import Sequence

from application.ports.job_mirror import JobMirror
from domain.ids import JobId
from domain.job import Job


class MemoryJobMirror(JobMirror):
    """Shows jobs by their id."""

    def __init__(self) -> None:
        self.shown: dict[JobId, Job] = {}

    def show(self, jobs: Sequence[Job]) -> None:
        """Keep these jobs as they are now."""
        self.shown.update((job.id, job) for job in jobs)
