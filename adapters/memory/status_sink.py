"""A sink that remembers."""

from application.ports.status_sink import StatusSink
from domain.job import Job
from domain.reports import Report


class MemoryStatusSink(StatusSink):
    """Keeps what it heard, in order."""

    def __init__(self) -> None:
        self.heard: list[tuple[Job, Report]] = []

    @property
    def reports(self) -> list[Report]:
        """Give the reports without their jobs."""
        return [report for _, report in self.heard]

    def tell(self, job: Job, report: Report) -> None:
        """Remember a report."""
        self.heard.append((job, report))
