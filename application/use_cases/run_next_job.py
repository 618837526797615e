"""Train the next job of the active campaign."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic

from application.causes import cause_of, message_of
from application.disk_space import DiskSpace
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
from application.trust import Trust
from application.use_cases.prune_checkpoints import PruneCheckpoints
from application.use_cases.run_job import Assignment, RunJob, Tell
from application.validation_set import changed_since
from application.wishes import SkippedJobError
from domain.campaign import Campaign
from domain.campaign_decisions import advance
from domain.checkpoint import BrokenCheckpointError, Checkpoint
from domain.errors import GuildError
from domain.fitting import fitted
from domain.hero import Hero
from domain.job import Failed, Job, JobStatus, Processing
from domain.job_decisions import complete, give_up, skip, start
from domain.job_events import JobEvent, JobStarted, JobSteppedDown
from domain.job_evolution import evolve
from domain.ladder import Rung
from domain.lease import Lease, LeaseLostError, is_orphaned
from domain.reports import JobBroken, JobDone, ReceiptMade, Report, Warned
from domain.result import Cause, TrainingResult
from domain.settings.layers import config_hash, flatten, with_values
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNextJob(Generic[Model]):
    """Claim the next job of the active campaign, train it, record how it ended.

    - a job whose owner is gone goes back first, and goes on from its last committed checkpoint; it
      is no failure of the job where somebody had asked the owner to end;
    - nothing is loaded that is not what was committed: a job takes the checkpoint before, and with
      a broken head it fails;
    - a job that goes on keeps the settings that it started with;
    - the end of the job and the new head are recorded together or not at all;
    - a job that is not wanted any more goes back and is skipped in one append;
    - a job that lost its worker too often is given as it failed, and nothing else is claimed;
    - a job that cannot be loaded or saved here is refused before it is claimed;
    - a job that does not fit into memory is tried again at once, in smaller passes;
    - a full disk pauses the hall;
    - after a job, checkpoints are given up that the campaign has no room for.
    """

    log: EventLog
    jobs: JobRepository
    campaigns: CampaignRepository
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    engine: RunJob[Model]
    trust: Trust
    pruning: PruneCheckpoints
    disk: DiskSpace
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
        self.disk.require(hero)
        with suppress(BrokenCheckpointError):  # told with its ways out, once the job is claimed
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
        ended = self._train(job, campaign, hero, control)
        if isinstance(self.log.read_stream(job_stream(job.id))[-1].event, JobSteppedDown):
            return self.execute(assignments, control=control)
        return ended

    def _release_orphans(self, campaign: Campaign) -> Job | None:
        for job in self.jobs.find(campaign_id=campaign.id, status=JobStatus.PROCESSING):
            if not isinstance(job.state, Processing):
                continue
            lease, now = job.state.lease, self.clock.now()
            alive, here = self.processes.alive(lease.owner), self.processes.this().host
            if not is_orphaned(lease, alive=alive, here=here, now=now):
                raise CampaignBusyError(job, f"process {lease.owner.pid} on {lease.owner.host}")
            asked = self.processes.was_asked(lease.owner)
            cause = Cause.STOPPED_BY_USER if asked else Cause.LOST_WORKER
            event = give_up(job, lease.fence, cause, "its process is gone", now)
            self.log.append(Append(job_stream(job.id), (event,), job.version))
            self.processes.forget_wish(lease.owner)
            released = self.jobs.get(job.id)
            self.mirror.show([released])
            if isinstance(released.state, Failed):
                return released
        return None

    def _start(self, job: Job, fence: int, campaign: Campaign, fresh: Settings) -> JobStarted:
        now = self.clock.now()
        settings = _settings_of(job) if job.goes_on(campaign.head_digest) else fresh
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
            if isinstance(report, ReceiptMade):
                done = self.jobs.find(campaign_id=campaign.id, status=JobStatus.COMPLETED)
                if remark := changed_since(job, report.receipt, done):
                    tell(Warned(f"{remark}: their losses cannot be compared"))

        try:
            resume = self._begin_from(job, campaign, tell)
            work = _assignment(job, campaign, hero, resume, self._fitted(job))
            result = self.engine.execute(work, control=control, tell=tell)
        except LeaseLostError:
            raise
        except Exception as error:
            self._give_up(job, error)
            tell(JobBroken(cause_of(error), message_of(error)))
            if cause_of(error) is Cause.INTERNAL_ERROR:
                self.mirror.show([self.jobs.get(job.id)])
                raise
        else:
            decided_again(lambda: self._complete(job, result))
            self._make_room(job, tell)
            tell(JobDone(result))
        ended = self.jobs.get(job.id)
        self.mirror.show([ended])
        return ended

    def _begin_from(self, job: Job, campaign: Campaign, tell: Tell) -> Checkpoint | None:
        resume = self.trust.last_sound(job, tell)
        if resume is None:
            self.trust.verify_head(campaign)
        return resume

    def _make_room(self, job: Job, tell: Tell) -> None:
        try:
            plan = self.pruning.execute(job.campaign_id, _settings_of(job).checkpoint.budget)
        except (GuildError, OSError) as error:
            tell(Warned(f"no room was made for later checkpoints: {message_of(error)}"))
            return
        for remark in plan.remarks:
            tell(Warned(remark))

    def _give_up(self, claimed: Job, error: Exception) -> None:
        job, now = self.jobs.get(claimed.id), self.clock.now()
        events: list[JobEvent] = [
            give_up(job, fence_of(claimed), cause_of(error), message_of(error), now)
        ]
        if isinstance(error, SkippedJobError):
            events.append(skip(evolve(job, events[0]), message_of(error), now))
        appends = [Append(job_stream(job.id), tuple(events), job.version)]
        if cause_of(error) is Cause.DISK_FULL:
            appends.append(self.disk.pausing(self.heroes.get(job.hero_id)))
        self.log.append(*appends)

    def _fitted(self, job: Job) -> Mapping[str, Rung]:
        before = self.jobs.find(status=JobStatus.COMPLETED)
        return fitted(before, job.hero_id, _settings_of(job).hyperparams.max_length)

    def _complete(self, claimed: Job, result: TrainingResult) -> None:
        job, now = self.jobs.get(claimed.id), self.clock.now()
        campaign = self.campaigns.get(claimed.campaign_id)
        completed = complete(job, fence_of(claimed), result, now)
        advanced = advance(campaign, job.id, result.checkpoint, now)
        self.log.append(
            Append(job_stream(job.id), (completed,), job.version),
            Append(campaign_stream(campaign.id), (advanced,), campaign.version),
        )


def _settings_of(job: Job) -> Settings:
    return with_values(Settings(), job.settings)


def _assignment(
    job: Job,
    campaign: Campaign,
    hero: Hero,
    resume: Checkpoint | None,
    fitted_before: Mapping[str, Rung],
) -> Assignment:
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
        resume=resume,
        plan=job.packings[-1].plan if resume and job.packings else "",
        committed=job.checkpoints[: job.checkpoints.index(resume)] if resume else (),
        rung=job.rung,
        fitted=fitted_before,
    )
