"""The jobs of the log, folded into what they are now."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from domain.errors import ErrorCode, ExitStatus, GuildError, NotFoundError
from domain.ids import CampaignId, JobId
from domain.job import Job, JobStatus
from domain.job_events import JobStarted

Start = Callable[[Job, int], JobStarted]


class JobNotFoundError(NotFoundError):
    """There is no such job."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"there is no job '{reference}'", fix=("guild job list",))


class CampaignBusyError(GuildError):
    """A job of this campaign is in other hands."""

    code = ErrorCode.BUSY
    exit_status = ExitStatus.HELD

    def __init__(self, job: Job, why: str = "") -> None:
        super().__init__(
            f"job {job.ref} of campaign {job.campaign_id} is being trained",
            why=why or "one campaign trains one job at a time",
            fix=("guild status", "wait until it ends"),
        )
        self.job = job


class JobRepository(Protocol):
    """The jobs of the log: find them, claim the next, keep a claim alive.

    - a job comes back exactly as its history leaves it; jobs never leak into each other;
    - the next is: started ones first, then by priority, then the one queued first;
      a job that waits for a time, or belongs to another campaign, is passed over;
    - claims of one campaign never overlap, also between processes;
    - each claim has a higher fence than every one before, over all jobs.
    """

    @abstractmethod
    def claim(self, campaign_id: CampaignId, at: datetime, start: Start) -> Job | None:
        """Record what start(job, fence) decides for the next job and give it, None if none waits.

        Raises CampaignBusyError while a job of the campaign is processing.
        """

    @abstractmethod
    def heartbeat(self, job_id: JobId, fence: int, until: datetime) -> None:
        """Prolong a claim; raise LeaseLostError if it is over."""

    @abstractmethod
    def get(self, reference: str) -> Job:
        """Find a job by id, or by at least four first characters of its id or reference.

        Raises JobNotFoundError or AmbiguousReferenceError.
        """

    @abstractmethod
    def find(
        self, *, campaign_id: CampaignId | None = None, status: JobStatus | None = None
    ) -> Sequence[Job]:
        """Give the jobs that fit, the one queued first at the front."""
