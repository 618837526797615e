"""Take over a predecessor's campaign."""

from dataclasses import dataclass

from application.ports.hero_catalog import HeroCatalog
from application.ports.predecessor import Predecessor
from application.ports.settings_source import SettingsSource
from application.translating import translated
from application.use_cases.create_campaign import CampaignRequest, CreateCampaign, NewCampaign
from domain.errors import NotFoundError
from domain.old_campaign import OVERRIDES, old_campaign
from domain.settings.translation import Left, Taken, Translation


@dataclass(frozen=True, slots=True)
class ImportedCampaign:
    """The campaign, and what became of every key of the old one."""

    new: NewCampaign
    translation: Translation


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCampaign:
    """Begin a campaign under the name, for the hero and with the overrides of an old one.

    - it begins at the hero's base model: the predecessor's weights are not taken over;
    - every key of the old campaign is accounted for.
    """

    predecessor: Predecessor
    settings: SettingsSource
    heroes: HeroCatalog
    create: CreateCampaign

    def execute(self, place: str, *, hero_id: str = "", dry_run: bool = False) -> ImportedCampaign:
        """Read the campaign at a place; hero_id says who it is here, if not the same hero."""
        old = old_campaign(self.predecessor.campaign(place))
        overrides = translated(old.overrides, self.settings)
        hero = hero_id or old.hero_id
        self._require(hero)
        request = CampaignRequest(
            name=old.name,
            hero_id=hero,
            assignments=overrides.assignments,
            description=old.description,
            dry_run=dry_run,
        )
        taken = (*old.taken, *(_named(each) for each in overrides.taken))
        left = (*(_unnamed(each) for each in overrides.left), *old.left)
        return ImportedCampaign(self.create.execute(request), Translation(taken, left))

    def _require(self, hero_id: str) -> None:
        known = self.heroes.ids()
        if hero_id not in known:
            raise NotFoundError(
                f"there is no hero '{hero_id}'",
                fix=(
                    f"say who it is here with --hero: {', '.join(known)}",
                    f"guild hero add {hero_id} --model PATH_OR_REPO",
                ),
            )


def _named(taken: Taken) -> Taken:
    return Taken(OVERRIDES + taken.old, taken.key, taken.value)


def _unnamed(left: Left) -> Left:
    return Left(OVERRIDES + left.old, left.reason, left.why)
