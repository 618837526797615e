"""Use, roll back, archive and configure a campaign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from application.checkpoints import Checkpoints
from application.layers import campaign_layer, reader_of, settings_for, unusable
from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, campaign_stream, decided_again
from application.ports.hero_catalog import HeroCatalog
from application.ports.job_repository import CampaignBusyError, JobRepository
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from domain.campaign import Campaign
from domain.campaign_decisions import activate, archive, configure, roll_back
from domain.campaign_events import CampaignEvent
from domain.checkpoint import Checkpoint
from domain.job import JobStatus
from domain.settings.layers import config_hash

START = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCampaign:
    """Change a campaign, each way by one event.

    - using another campaign, rolling back and archiving wait until no job of it is processing;
    - rolling back moves the head along its own line and deletes nothing;
    - the active campaign cannot be archived, an archived one cannot be changed.
    """

    log: EventLog
    campaigns: CampaignRepository
    jobs: JobRepository
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    checkpoints: Checkpoints
    clock: Clock

    def use(self, reference: str) -> Campaign:
        """Make it the active campaign, unless a job of the active one is being trained."""
        active = self._active()
        if active is not None:
            self._require_idle(active)
        return self._record(reference, lambda campaign: activate(campaign, self.clock.now()))

    def roll_back(self, reference: str, checkpoint: str) -> Campaign:
        """Move the head back to a checkpoint of its line, or to 'base', where it began."""

        def decide(campaign: Campaign) -> CampaignEvent:
            self._require_idle(campaign)
            target = self._target(campaign, checkpoint)
            lineage = self.checkpoints.lineage()
            return roll_back(campaign, target, lineage, self.clock.now())

        return self._record(reference, decide)

    def archive(self, reference: str) -> Campaign:
        """Put it away; it stays readable and can be forked."""
        return self._record(reference, self._archived)

    def require_archivable(self, reference: str) -> Campaign:
        """Refuse what archive would refuse; record nothing."""
        campaign = self.campaigns.get(reference)
        self._archived(campaign)
        return campaign

    def configure(self, reference: str, assignments: Sequence[str]) -> Campaign:
        """Set overrides; a job that is being trained keeps the settings that it started with."""
        given = self.settings.assignments(assignments, "config set")

        def decide(campaign: Campaign) -> CampaignEvent:
            reader = reader_of(campaign)
            for fault in unusable(given.values, given.places, reader, self.profiles):
                raise fault
            own, hero = campaign_layer(campaign), self.heroes.get(campaign.hero_id)
            merged = replace(
                own,
                values={**own.values, **given.values},
                places={**own.places, **given.places},
            )
            resolved = settings_for(hero, merged, self.settings, self.profiles)
            digest = config_hash(resolved.settings)
            return configure(campaign, given.values, digest, self.clock.now())

        return self._record(reference, decide)

    def _record(self, reference: str, decide: Callable[[Campaign], CampaignEvent]) -> Campaign:
        def record() -> Campaign:
            campaign = self.campaigns.get(reference)
            event = decide(campaign)
            self.log.append(Append(campaign_stream(campaign.id), (event,), campaign.version))
            return self.campaigns.get(campaign.id)

        return decided_again(record)

    def _archived(self, campaign: Campaign) -> CampaignEvent:
        self._require_idle(campaign)
        active = self._active()
        is_active = active is not None and active.id == campaign.id
        return archive(campaign, self.clock.now(), active=is_active)

    def _target(self, campaign: Campaign, reference: str) -> Checkpoint | None:
        return None if reference == START else self.checkpoints.find(reference, campaign)

    def _active(self) -> Campaign | None:
        try:
            return self.campaigns.active()
        except NoActiveCampaignError:
            return None

    def _require_idle(self, campaign: Campaign) -> None:
        if busy := self.jobs.find(campaign_id=campaign.id, status=JobStatus.PROCESSING):
            raise CampaignBusyError(busy[0])
