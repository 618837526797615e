"""Who is told how a job goes."""

from abc import abstractmethod
from typing import Protocol

from domain.job import Job
from domain.reports import Report


class StatusSink(Protocol):
    """Hears the reports of a running job, in their order.

    - a sink that only shows may fail without harm to the job; the one that records may not.
    """

    @abstractmethod
    def tell(self, job: Job, report: Report) -> None:
        """Take one report of this job, as the job was when it was claimed."""
