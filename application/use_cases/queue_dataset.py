"""Put a dataset into the queue of a campaign."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from application.layers import campaign_layer, settings_for
from application.ports.campaign_repository import CampaignRepository
from application.ports.clock import Clock
from application.ports.dataset_source import DatasetSource
from application.ports.event_log import (
    Append,
    EventLog,
    dataset_stream,
    decided_again,
    job_stream,
)
from application.ports.hero_catalog import HeroCatalog
from application.ports.inbox import Inbox, Staged
from application.ports.job_mirror import JobMirror
from application.ports.job_repository import JobRepository
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from domain.campaign import Campaign
from domain.dataset import Dataset, DatasetTakenIn, Priority
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.formats.reading import Reading
from domain.ids import new_job_id
from domain.job import Completed, Job, Processing, Queued
from domain.job_events import JobQueued
from domain.lineage import lineage_of
from domain.rows import survey
from domain.selection import select
from domain.settings.layers import Resolved, config_hash


class DuplicateDatasetError(GuildError):
    """The bytes wait already, or taught what leads to the head, with the same settings."""

    code = ErrorCode.DUPLICATE
    exit_status = ExitStatus.REFUSED

    def __init__(self, job: Job) -> None:
        super().__init__(
            f"these bytes are job {job.ref} of {job.campaign_id} already ({job.status})",
            why="with the same settings it would teach the same things twice",
            fix=("guild queue add --again trains it once more",),
        )
        self.job = job


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRequest:
    """Which rows of which file, under which name, for whom; campaign None is the active one."""

    location: str
    name: str
    priority: Priority = Priority.NORMAL
    campaign: str | None = None
    again: bool = False
    selection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDataset:
    """Check a file, keep its bytes and queue a job for it.

    - every row is read before anything is recorded; a bad file leaves no trace, and bad rows make
      a file bad unless the settings say to drop them;
    - the bytes that were checked are the bytes that will be trained on;
    - rows that wait already, or that the head has learned from, are refused with the same
      settings, unless asked for again; what was learned on an abandoned line does not count, and
      another selection of the same bytes is something else.
    """

    inbox: Inbox
    datasets: DatasetSource
    log: EventLog
    jobs: JobRepository
    campaigns: CampaignRepository
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    mirror: JobMirror
    clock: Clock
    code_version: str
    chance: Callable[[], int]

    def execute(self, request: QueueRequest) -> Job:
        """Give the queued job, or refuse the file."""
        campaign = (
            self.campaigns.get(request.campaign) if request.campaign else self.campaigns.active()
        )
        staged = self.inbox.stage(request.location)
        try:
            data = self._resolved(campaign).settings.data
            rows = select(lambda: self.datasets.rows_at(staged.location), request.selection)
            found = survey(rows, Reading.of(data), data.bad_rows)
            dataset = replace(
                staged.dataset,
                name=request.name,
                format=found.format.value,
                rows=found.rows,
                selection=request.selection,
            )
            job = decided_again(lambda: self._queue(staged, dataset, campaign, request))
        except BaseException:
            self.inbox.discard(staged)
            raise
        self.mirror.show([job])
        return job

    def _queue(
        self, staged: Staged, dataset: Dataset, campaign: Campaign, request: QueueRequest
    ) -> Job:
        seen = len(self.log.read_stream(dataset_stream(dataset.sha256)))
        event = self._decide(dataset, campaign, request)
        self.inbox.keep(staged)
        taken = DatasetTakenIn(dataset=dataset, at=event.at)
        self.log.append(
            Append(dataset_stream(dataset.sha256), (taken,), seen),
            Append(job_stream(event.job_id), (event,), 0),
        )
        return self.jobs.get(event.job_id)

    def _decide(self, dataset: Dataset, campaign: Campaign, request: QueueRequest) -> JobQueued:
        digest = config_hash(self._resolved(campaign).settings)
        if not request.again:
            self._refuse_duplicate(dataset, digest, campaign)
        at = self.clock.now()
        return JobQueued(
            job_id=new_job_id(at, self.chance(), dataset.name),
            at=at,
            dataset=dataset,
            hero_id=campaign.hero_id,
            campaign_id=campaign.id,
            priority=request.priority,
            config_hash=digest,
            code_version=self.code_version,
        )

    def _resolved(self, campaign: Campaign) -> Resolved:
        hero = self.heroes.get(campaign.hero_id)
        return settings_for(hero, campaign_layer(campaign), self.settings, self.profiles)

    def _refuse_duplicate(self, dataset: Dataset, digest: str, campaign: Campaign) -> None:
        jobs = self.jobs.find()
        taught = lineage_of(jobs).ancestry(campaign.head_digest)
        for job in jobs:
            if job.queued_config != digest or not job.dataset.has_rows_of(dataset):
                continue
            waits = job.campaign_id == campaign.id and isinstance(job.state, Queued | Processing)
            if waits or (
                isinstance(job.state, Completed) and job.state.result.checkpoint.digest in taught
            ):
                raise DuplicateDatasetError(job)
