"""Check all that says what settings are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from application.layers import campaign_layer
from application.ports.campaign_repository import CampaignRepository
from application.ports.hero_catalog import HeroCatalog
from application.ports.settings_source import (
    BadSettingError,
    SettingsSource,
    UnknownSettingError,
)
from domain.campaign import Campaign
from domain.errors import GuildError


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """Find every fault of files, variables and campaigns at once.

    - a campaign's overrides were checked when they were set: only today's settings refuse them;
    - archived campaigns train no more, and are not asked;
    - campaigns are asked for late, since a broken log cannot even be opened.
    """

    settings: SettingsSource
    heroes: HeroCatalog
    campaigns: Callable[[], CampaignRepository]

    def execute(self) -> Sequence[GuildError]:
        """Give all refusals."""
        return [*self.settings.faults(), *self._of_heroes(), *self._of_campaigns()]

    def _of_heroes(self) -> Iterator[GuildError]:
        for hero_id in self.heroes.ids():
            try:
                self.heroes.get(hero_id)
            except GuildError as error:
                yield error

    def _of_campaigns(self) -> Iterator[GuildError]:
        try:
            campaigns = self.campaigns().find()
        except GuildError as error:
            yield error
            return
        for campaign in campaigns:
            if not campaign.archived:
                yield from self._of_campaign(campaign)

    def _of_campaign(self, campaign: Campaign) -> Iterator[GuildError]:
        layer = campaign_layer(campaign)
        for key, value in layer.values.items():
            try:
                self.settings.assignments([f"{key}={value}"], layer.places[key])
            except UnknownSettingError as error:
                yield error
            except BadSettingError as error:
                fix = f"guild config set {key} VALUE --in campaign --campaign {campaign.id}"
                yield BadSettingError(str(error), why=error.why, fix=(fix,))
