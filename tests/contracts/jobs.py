"""Short words for what tests do with a log and its jobs."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.event_log import Append, EventLog, job_stream
from application.ports.job_repository import JobRepository, Start
from domain import job_decisions as decide
from domain.dataset import Priority
from domain.ids import CampaignId, JobId
from domain.job import Job, Processing
from domain.job_events import JobEvent, JobStarted
from domain.result import Cause
from tests.builders import A_MINUTE, CAMPAIGN, NOON, a_checkpoint, a_job_queued, a_lease


def starting(at: datetime = NOON, *, until: datetime = NOON + A_MINUTE) -> Start:
    def start(job: Job, fence: int) -> JobStarted:
        return decide.start(
            job,
            a_lease(fence, until=until),
            settings={"hyperparams.num_train_epochs": 1},
            config_hash="sha256:fedcba9876543210",
            head="",
            start_step=0,
            at=at,
        )

    return start


@dataclass(frozen=True)
class Jobs:
    """A log and its jobs."""

    log: EventLog
    repository: JobRepository

    def queue(
        self,
        number: int,
        *,
        priority: Priority = Priority.NORMAL,
        campaign: CampaignId = CAMPAIGN,
        at: datetime = NOON,
    ) -> JobId:
        event = a_job_queued(number, priority=priority, campaign=campaign, at=at)
        self.log.append(Append(job_stream(event.job_id), (event,), 0))
        return event.job_id

    def record(self, job: Job, event: JobEvent) -> Job:
        self.log.append(Append(job_stream(job.id), (event,), job.version))
        return self.repository.get(job.id)

    def claim(self, at: datetime = NOON, campaign: CampaignId = CAMPAIGN) -> Job | None:
        return self.repository.claim(campaign, at, starting(at))

    def claimed(self, at: datetime = NOON, campaign: CampaignId = CAMPAIGN) -> Job:
        job = self.claim(at, campaign)
        assert job is not None
        return job

    def started(self, job_id: JobId) -> Job:
        """Start a job whose turn it may not be."""
        job = self.repository.get(job_id)
        return self.record(job, starting()(job, job.attempts + 1))

    def give_up(self, job: Job, cause: Cause, at: datetime = NOON) -> Job:
        return self.record(job, decide.give_up(job, fence_of(job), cause, "why", at))

    def checkpoint(self, job: Job, step: int = 10) -> Job:
        checkpoint = a_checkpoint(job.id, fence=fence_of(job), step=step)
        return self.record(job, decide.record_checkpoint(job, fence_of(job), checkpoint, NOON))

    def history(self, job_id: JobId) -> list[JobEvent]:
        stream = self.log.read_stream(job_stream(job_id))
        return [recorded.event for recorded in stream]  # type: ignore[misc]


def fence_of(job: Job) -> int:
    assert isinstance(job.state, Processing)
    return job.state.lease.fence
