"""Begin a campaign from a checkpoint of another one."""

from dataclasses import dataclass

from application.checkpoints import HEAD, Checkpoints
from application.layers import campaign_layer, settings_for
from application.ports.campaign_repository import CampaignRepository
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, campaign_stream, decided_again
from application.ports.hero_catalog import HeroCatalog
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from application.use_cases.create_campaign import NameTakenError
from domain.campaign import Campaign
from domain.campaign_decisions import fork
from domain.campaign_events import CampaignActivated, CampaignCreated
from domain.checkpoint import Checkpoint
from domain.ids import campaign_id
from domain.settings.layers import can_take, config_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkCampaign:
    """Begin a campaign from a checkpoint of another one, with the same hero, lock and overrides.

    - overrides that no setting can take any more are left behind;
    - the config hash is that of today's settings;
    - both histories say so, in one append;
    - the new campaign is the active one; the old one stays as it is.
    """

    log: EventLog
    campaigns: CampaignRepository
    checkpoints: Checkpoints
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    clock: Clock
    code_version: str

    def execute(self, reference: str, name: str, at: str = HEAD) -> Campaign:
        """Record CampaignForked, CampaignCreated and CampaignActivated together."""
        return decided_again(lambda: self._fork(reference, name, at))

    def _fork(self, reference: str, name: str, at: str) -> Campaign:
        source = self.campaigns.get(reference)
        created = self._created(source, name, self.checkpoints.find(at, source))
        if self.log.read_stream(campaign_stream(created.campaign_id)):
            raise NameTakenError(
                f"campaign '{created.campaign_id}' exists already", fix=("choose another name",)
            )
        forked = fork(source, created.campaign_id, created.start, created.at)
        activated = CampaignActivated(campaign_id=created.campaign_id, at=created.at)
        self.log.append(
            Append(campaign_stream(source.id), (forked,), source.version),
            Append(campaign_stream(created.campaign_id), (created, activated), 0),
        )
        return self.campaigns.get(created.campaign_id)

    def _created(self, source: Campaign, name: str, start: Checkpoint | None) -> CampaignCreated:
        hero, layer = self.heroes.get(source.hero_id), campaign_layer(source)
        resolved = settings_for(hero, layer, self.settings, self.profiles)
        return CampaignCreated(
            campaign_id=campaign_id(source.hero_id, name),
            at=self.clock.now(),
            name=name,
            hero_id=source.hero_id,
            locked=source.locked,
            settings={key: each for key, each in source.overrides.items() if can_take(key, each)},
            code_version=self.code_version,
            config_hash=config_hash(resolved.settings),
            description=source.description,
            parent=source.id,
            start=start,
        )
