"""Train the next job of the active campaign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from application.causes import cause_of, message_of
from application.layers import campaign_layer, settings_for
from application.ports.campaign_repository import CampaignRepository
from application.ports.clock import Clock
from application.ports.event_log import (
    Append,
    EventLog,
    campaign_stream,
    decided_again,
    job_stream,
)
from application.ports.hero_catalog import HeroCatalog
from application.ports.job_mirror import JobMirror
from application.ports.job_repository import CampaignBusyError, JobRepository
from application.ports.model_loader import Model
from application.ports.processes import Processes
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from application.ports.status_sink import StatusSink
from application.ports.trainer import Control
from application.recorder import LEASE, fence_of
from application.use_cases.run_job import Assignment, RunJob
from domain.campaign import Campaign
from domain.campaign_decisions import advance
from domain.hero import Hero
from domain.job import Failed, Job, JobStatus, Processing
from domain.job_decisions import complete, give_up, start
from domain.job_events import JobStarted
from domain.lease import Lease, LeaseLostError, is_orphaned
from domain.reports import JobBroken, JobDone, Report, Warned
from domain.result import Cause, TrainingResult
from domain.settings.layers import config_hash, flatten, with_values
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNextJob(Generic[Model]):
    """Claim the next job of the active campaign, train it, record how it ended.

    - a job whose owner is gone goes back first, and goes on from its last committed checkpoint;
    - a job that goes on keeps the settings that it started with;
    - the end of the job and the new head are recorded together or not at all;
    - a job that lost its worker too often is given as it failed, and nothing else is claimed;
    - a job that cannot be loaded here is refused before it is claimed.
    """

    log: EventLog
    jobs: JobRepository
    campaigns: CampaignRepository
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    engine: RunJob[Model]
    sink: StatusSink
    mirror: JobMirror
    processes: Processes
    clock: Clock

    def execute(
        self, assignments: Sequence[str] = (), *, control: Callable[[], Control]
    ) -> Job | None:
        """Give the job as it stands afterwards, None if nothing waits."""
        campaign = self.campaigns.active()
        hero = self.heroes.get(campaign.hero_id)
        if worn_out := self._release_orphans(campaign):
            return worn_out
        flags = self.settings.assignments(assignments, "command line")
        fresh = settings_for(
            hero, campaign_layer(campaign), self.settings, self.profiles, flags
        ).settings
        if not self.jobs.find(campaign_id=campaign.id, status=JobStatus.QUEUED):
            return None
        self.engine.check(hero, campaign.head)
        job = self.jobs.claim(
            campaign.id,
            self.clock.now(),
            lambda job, fence: self._start(job, fence, campaign, fresh),
        )
        if job is None:
            return None
        self.mirror.show([job])
        if flags.values and job.checkpoints:
            kept = "it goes on with the settings that it began with"
            self.sink.tell(job, Warned(f"job {job.ref}: {kept}, not with those given now"))
        return self._train(job, campaign, hero, control)

    def _release_orphans(self, campaign: Campaign) -> Job | None:
        for job in self.jobs.find(campaign_id=campaign.id, status=JobStatus.PROCESSING):
            if not isinstance(job.state, Processing):
                continue
            lease, now = job.state.lease, self.clock.now()
            alive, here = self.processes.alive(lease.owner), self.processes.this().host
            if not is_orphaned(lease, alive=alive, here=here, now=now):
                raise CampaignBusyError(job, f"process {lease.owner.pid} on {lease.owner.host}")
            event = give_up(job, lease.fence, Cause.LOST_WORKER, "its process is gone", now)
            self.log.append(Append(job_stream(job.id), (event,), job.version))
            released = self.jobs.get(job.id)
            self.mirror.show([released])
            if isinstance(released.state, Failed):
                return released
        return None

    def _start(self, job: Job, fence: int, campaign: Campaign, fresh: Settings) -> JobStarted:
        now = self.clock.now()
        settings = _settings_of(job) if _goes_on(job, campaign) else fresh
        return start(
            job,
            Lease(owner=self.processes.this(), fence=fence, until=now + LEASE),
            settings=flatten(settings),
            config_hash=config_hash(settings),
            head=campaign.head_digest,
            start_step=campaign.step,
            at=now,
        )

    def _train(
        self, job: Job, campaign: Campaign, hero: Hero, control: Callable[[], Control]
    ) -> Job:
        def tell(report: Report) -> None:
            self.sink.tell(job, report)

        try:
            result = self.engine.execute(
                _assignment(job, campaign, hero), control=control, tell=tell
            )
        except LeaseLostError:
            raise
        except Exception as error:
            self._give_up(job, cause_of(error), message_of(error))
            tell(JobBroken(cause_of(error), message_of(error)))
            if cause_of(error) is Cause.INTERNAL_ERROR:
                self.mirror.show([self.jobs.get(job.id)])
                raise
        else:
            decided_again(lambda: self._complete(job, result))
            tell(JobDone(result))
        ended = self.jobs.get(job.id)
        self.mirror.show([ended])
        return ended

    def _give_up(self, claimed: Job, cause: Cause, message: str) -> None:
        job = self.jobs.get(claimed.id)
        event = give_up(job, fence_of(claimed), cause, message, self.clock.now())
        self.log.append(Append(job_stream(job.id), (event,), job.version))

    def _complete(self, claimed: Job, result: TrainingResult) -> None:
        job, now = self.jobs.get(claimed.id), self.clock.now()
        campaign = self.campaigns.get(claimed.campaign_id)
        completed = complete(job, fence_of(claimed), result, now)
        advanced = advance(campaign, job.id, result.checkpoint, now)
        self.log.append(
            Append(job_stream(job.id), (completed,), job.version),
            Append(campaign_stream(campaign.id), (advanced,), campaign.version),
        )


def _goes_on(job: Job, campaign: Campaign) -> bool:
    """Tell whether the job's last checkpoint stands on the campaign's head."""
    return bool(job.checkpoints) and job.head == campaign.head_digest


def _settings_of(job: Job) -> Settings:
    return with_values(Settings(), job.settings)


def _assignment(job: Job, campaign: Campaign, hero: Hero) -> Assignment:
    return Assignment(
        job_id=job.id,
        campaign_id=campaign.id,
        fence=fence_of(job),
        hero=hero,
        locked=campaign.locked,
        settings=_settings_of(job),
        dataset=job.dataset,
        start_step=campaign.step,
        head=campaign.head,
        resume=job.checkpoints[-1] if job.checkpoints else None,
        plan=job.packings[-1].plan if job.checkpoints and job.packings else "",
    )
