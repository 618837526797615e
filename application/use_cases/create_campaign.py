"""Begin a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.checkpoints import Checkpoints
from application.layers import settings_for
from application.ports.campaign_repository import CampaignRepository
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, StaleStreamError, campaign_stream
from application.ports.hero_catalog import HeroCatalog
from application.ports.settings_source import SettingsSource
from domain.campaign import Campaign
from domain.campaign import created as begun
from domain.campaign_events import CampaignActivated, CampaignCreated
from domain.checkpoint import Checkpoint
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.hero import Hero
from domain.ids import campaign_id
from domain.settings.layers import Layer, config_hash

BASE = "base"


class NameTakenError(GuildError):
    """A campaign of this hero has this name already."""

    code = ErrorCode.NAME_TAKEN
    exit_status = ExitStatus.HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRequest:
    """Who is trained, under which name, from where; 'base' is the hero's base model."""

    name: str
    hero_id: str
    assignments: Sequence[str] = ()
    description: str = ""
    start: str = BASE
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """The campaign, and those of its overrides that the project file beats."""

    campaign: Campaign
    overruled: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCampaign:
    """Begin a campaign of a hero and make it the active one.

    - the locked architecture is the hero's, and never changes afterwards;
    - no weights are needed yet: a hero from the Hub can be enlisted without a network;
    - it starts from the base model, or from a checkpoint of the same architecture;
    - a name is used once per hero.
    """

    heroes: HeroCatalog
    settings: SettingsSource
    log: EventLog
    campaigns: CampaignRepository
    checkpoints: Checkpoints
    clock: Clock
    code_version: str

    def execute(self, request: CampaignRequest) -> NewCampaign:
        """Record CampaignCreated and CampaignActivated together; a dry run records nothing."""
        hero = self.heroes.get(request.hero_id)
        overrides = self.settings.assignments(request.assignments, "--set")
        start = self._start(request.start, hero)
        created = self._created(request, hero, overrides, start)
        beaten = self.settings.project().values
        overruled = tuple(key for key in overrides.values if key in beaten)
        taken = self.log.read_stream(campaign_stream(created.campaign_id))
        if request.dry_run and not taken:
            return NewCampaign(begun(created), overruled)
        activated = CampaignActivated(campaign_id=created.campaign_id, at=created.at)
        try:
            self.log.append(Append(campaign_stream(created.campaign_id), (created, activated), 0))
        except StaleStreamError as error:
            raise NameTakenError(
                f"campaign '{created.campaign_id}' exists already", fix=("choose another name",)
            ) from error
        return NewCampaign(self.campaigns.get(created.campaign_id), overruled)

    def _created(
        self, request: CampaignRequest, hero: Hero, overrides: Layer, start: Checkpoint | None
    ) -> CampaignCreated:
        resolved = settings_for(hero, overrides, self.settings)
        return CampaignCreated(
            campaign_id=campaign_id(hero.id, request.name),
            at=self.clock.now(),
            name=request.name,
            hero_id=hero.id,
            locked=hero.locked_architecture,
            settings=overrides.values,
            code_version=self.code_version,
            config_hash=config_hash(resolved.settings),
            description=request.description,
            start=start,
        )

    def _start(self, reference: str, hero: Hero) -> Checkpoint | None:
        if reference == BASE:
            return None
        checkpoint = self.checkpoints.find(reference)
        if checkpoint is not None:
            locked = self.campaigns.get(checkpoint.campaign_id).locked
            hero.locked_architecture.require(
                locked, locked_by=f"hero {hero.id}", found_in=f"campaign {checkpoint.campaign_id}"
            )
        return checkpoint
