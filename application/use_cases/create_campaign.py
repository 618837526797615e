"""Begin a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.layers import settings_for
from application.ports.campaign_repository import CampaignRepository
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, StaleStreamError, campaign_stream
from application.ports.hero_catalog import HeroCatalog
from application.ports.settings_source import SettingsSource
from domain.campaign import Campaign, CampaignActivated, CampaignCreated
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.ids import campaign_id
from domain.settings.layers import config_hash


class NameTakenError(GuildError):
    """A campaign of this hero has this name already."""

    code = ErrorCode.NAME_TAKEN
    exit_status = ExitStatus.HELD


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
    - a name is used once per hero.
    """

    heroes: HeroCatalog
    settings: SettingsSource
    log: EventLog
    campaigns: CampaignRepository
    clock: Clock
    code_version: str

    def execute(self, name: str, hero_id: str, assignments: Sequence[str] = ()) -> NewCampaign:
        """Record CampaignCreated and CampaignActivated together."""
        hero = self.heroes.get(hero_id)
        overrides = self.settings.assignments(assignments, "--set").values
        project = self.settings.project()
        resolved = settings_for(hero, overrides, project)
        new, at = campaign_id(hero_id, name), self.clock.now()
        created = CampaignCreated(
            campaign_id=new,
            at=at,
            name=name,
            hero_id=hero_id,
            locked=hero.locked_architecture,
            settings=overrides,
            code_version=self.code_version,
            config_hash=config_hash(resolved.settings),
        )
        try:
            activated = CampaignActivated(campaign_id=new, at=at)
            self.log.append(Append(campaign_stream(new), (created, activated), 0))
        except StaleStreamError as error:
            raise NameTakenError(
                f"campaign '{new}' exists already", fix=("choose another name",)
            ) from error
        overruled = tuple(key for key in overrides if key in project.values)
        return NewCampaign(self.campaigns.get(new), overruled)
