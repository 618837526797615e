"""Begin a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.layers import CampaignLayer, Reader, settings_for, shortened
from application.ports.campaign_repository import CampaignRepository
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, StaleStreamError, campaign_stream
from application.ports.hero_catalog import HeroCatalog
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import BadSettingError, SettingsSource
from application.starts import BASE, Start, Starts
from domain.campaign import Campaign
from domain.campaign import created as begun
from domain.campaign_events import CampaignActivated, CampaignCreated
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.ids import CampaignId, campaign_id
from domain.settings.layers import config_hash
from domain.settings.secrets import looks_like_secret
from domain.text import printable


class NameTakenError(GuildError):
    """A campaign of this hero has this name already."""

    code = ErrorCode.NAME_TAKEN
    exit_status = ExitStatus.HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRequest:
    """Who is trained, under which name, from where.

    start is 'base' for the hero's base model, a checkpoint, or a folder with a model.
    """

    name: str
    hero_id: str
    assignments: Sequence[str] = ()
    description: str = ""
    start: str = BASE
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """The campaign, and those of its overrides that the project file beats.

    shortened is the length of rows that the model forced, 0 where it forced none.
    """

    campaign: Campaign
    overruled: tuple[str, ...]
    shortened: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCampaign:
    """Begin a campaign of a hero and make it the active one.

    - the locked architecture is the hero's, and never changes afterwards;
    - no weights are needed yet: a hero from the Hub can be enlisted without a network;
    - it starts from the base model, from a checkpoint of the same architecture, or from a copy of
      such a model in a folder; of that copy's context it uses no more than there is;
    - where nobody says how long rows may be, the campaign itself says that they fit the model;
    - a name is used once per hero, and nothing is copied for one that is taken.
    """

    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    log: EventLog
    campaigns: CampaignRepository
    starts: Starts
    clock: Clock
    code_version: str

    def execute(self, request: CampaignRequest) -> NewCampaign:
        """Record CampaignCreated and CampaignActivated together; a dry run records nothing."""
        hero = self.heroes.get(request.hero_id)
        _require_no_secret(request.description)
        given = self.settings.assignments(request.assignments, "--set")
        identity = campaign_id(hero.id, request.name)
        if self.log.read_stream(campaign_stream(identity)):
            raise _taken(identity)
        start = self.starts.find(request.start, hero)
        typed = CampaignLayer("campaign", given.values, given.places, _reader(start))
        overrides = shortened(start.hero, typed, self.settings)
        created = self._created(request, overrides, start)
        beaten = self.settings.project().values
        overruled = tuple(key for key in overrides.values if key in beaten)
        length = 0 if overrides is typed else start.hero.model.context_length
        if request.dry_run:
            return NewCampaign(begun(created), overruled, length)
        self._record(self.starts.take_in(start, created))
        return NewCampaign(self.campaigns.get(identity), overruled, length)

    def _record(self, created: CampaignCreated) -> None:
        activated = CampaignActivated(campaign_id=created.campaign_id, at=created.at)
        try:
            self.log.append(Append(campaign_stream(created.campaign_id), (created, activated), 0))
        except StaleStreamError as error:
            raise _taken(created.campaign_id) from error

    def _created(
        self, request: CampaignRequest, overrides: CampaignLayer, start: Start
    ) -> CampaignCreated:
        hero = start.hero
        resolved = settings_for(hero, overrides, self.settings, self.profiles)
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
            start=start.checkpoint,
            folder=printable(start.folder),
        )


def _reader(start: Start) -> Reader:
    model = start.hero.model
    return Reader(start.folder or model.name, model.context_length)


def _require_no_secret(description: str) -> None:
    if looks_like_secret(description):
        raise BadSettingError(
            "the description looks like a secret (--description)",
            why="descriptions are recorded in the log and shown",
            fix=("keep the secret in a file or a variable of its own",),
        )


def _taken(identity: CampaignId) -> NameTakenError:
    return NameTakenError(f"campaign '{identity}' exists already", fix=("choose another name",))
