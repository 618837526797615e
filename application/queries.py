"""What is shown: answers that decide nothing and change nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from application.disk_space import pause_of
from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.event_log import (
    BrokenLogError,
    EventLog,
    LogBusyError,
    Recorded,
    job_stream,
    preview_stream,
)
from application.ports.job_repository import JobRepository
from application.ports.metrics import Metrics, Point
from application.ports.processes import Processes
from domain.campaign import Campaign
from domain.dataset import Priority
from domain.hall_events import HallPaused
from domain.job import Completed, Job, JobStatus, Processing
from domain.lease import is_orphaned
from domain.preview import PreviewEvent, PreviewFailed, PreviewTaken, Verdict, verdict
from domain.reports import METRIC_NAMES
from domain.turns import turn


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """A job that is being trained; lost means that its process is gone.

    latest gives the last number of each name with its campaign step.
    """

    job: Job
    lost: bool
    latest: dict[str, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTally:
    """How the last set of previews of one checkpoint came out."""

    step: int
    at: datetime
    backend: str
    verdicts: dict[Verdict, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is going on in the hall."""

    campaign: Campaign | None
    running: RunningJob | None
    waiting: dict[Priority, int]
    elsewhere: int
    ended: dict[JobStatus, int]
    preview: PreviewTally | None
    pause: HallPaused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a campaign took: hours from the start of each job to its end, tokens without padding."""

    jobs: int
    hours: float
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """Reads the log's repositories for people and programs."""

    log: EventLog
    jobs: JobRepository
    campaigns: CampaignRepository
    metrics: Metrics
    processes: Processes

    def status(self, now: datetime) -> Status:
        """Tell what is going on."""
        campaign = self.active_campaign()
        jobs = self.jobs.find()
        mine = [job for job in jobs if campaign and job.campaign_id == campaign.id]
        waiting = [job for job in mine if job.status is JobStatus.QUEUED]
        queued = sum(job.status is JobStatus.QUEUED for job in jobs)
        return Status(
            campaign=campaign,
            running=self._running(mine, now),
            waiting={level: sum(job.priority is level for job in waiting) for level in Priority},
            elsewhere=queued - len(waiting),
            ended={
                status: sum(job.status is status for job in mine)
                for status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.SKIPPED)
            },
            preview=self._preview(campaign) if campaign else None,
            pause=pause_of(self.log),
        )

    def active_campaign(self) -> Campaign | None:
        """Give the active campaign, None in a new hall."""
        try:
            return self.campaigns.active()
        except NoActiveCampaignError:
            return None

    def spent(self, campaign: Campaign) -> Spent:
        """Add up what the campaign's completed jobs took."""
        done = self.jobs.find(campaign_id=campaign.id, status=JobStatus.COMPLETED)
        results = [job.state.result for job in done if isinstance(job.state, Completed)]
        return Spent(
            jobs=len(results),
            hours=sum(job.duration_hours or 0.0 for job in done),
            tokens=sum(result.tokens for result in results),
        )

    def queue(self) -> list[Job]:
        """Give the jobs that wait or run, in the order in which they will run."""
        live = [
            job
            for job in self.jobs.find()
            if job.status in {JobStatus.PROCESSING, JobStatus.QUEUED}
        ]
        return sorted(live, key=lambda job: (job.status is JobStatus.QUEUED, *turn(job)))

    def events_of(self, reference: str) -> tuple[Job, Sequence[Recorded]]:
        """Give a job and its history."""
        job = self.jobs.get(reference)
        return job, self.log.read_stream(job_stream(job.id))

    def _running(self, jobs: Sequence[Job], now: datetime) -> RunningJob | None:
        for job in jobs:
            if isinstance(job.state, Processing):
                lease = job.state.lease
                alive, here = self.processes.alive(lease.owner), self.processes.this().host
                lost = is_orphaned(lease, alive=alive, here=here, now=now)
                return RunningJob(job=job, lost=lost, latest=self._latest(job))
        return None

    def _latest(self, job: Job) -> dict[str, Point]:
        try:
            series = {name: self.metrics.series(job.id, name, 2) for name in METRIC_NAMES}
        except (BrokenLogError, LogBusyError):
            return {}  # numbers that cannot be read are unknown, and the rest is worth showing
        return {name: points[-1] for name, points in series.items() if points}

    def _preview(self, campaign: Campaign) -> PreviewTally | None:
        history = self.log.read_stream(preview_stream(campaign.id))
        last_round = [record for record in history if record.caused_by == history[-1].caused_by]
        events = [
            record.event
            for record in last_round
            if isinstance(record.event, PreviewTaken | PreviewFailed)
        ]
        return _tally([event for event in events if event.checkpoint == events[-1].checkpoint])


def _tally(events: Sequence[PreviewEvent]) -> PreviewTally | None:
    if not events:
        return None
    last = events[-1]
    found = [verdict(event) for event in events]
    counts = {kind: found.count(kind) for kind in Verdict}
    return PreviewTally(step=last.step, at=last.at, backend=last.backend, verdicts=counts)
