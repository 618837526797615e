"""Check all that says what settings are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from application.layers import campaign_layer, reader_of, settings_for, unusable
from application.overrides import override_faults
from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.hero_catalog import HeroCatalog
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from domain.campaign import Campaign
from domain.errors import GuildError
from domain.settings.layers import flatten, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """Find every fault of files, variables and campaigns at once, and of what they come to.

    - a campaign's overrides were checked when they were set: only today's settings refuse them;
    - archived campaigns train no more, and are not asked;
    - what the settings come to is looked at where each of them can be read;
    - campaigns are asked for late, since a broken log cannot even be opened.
    """

    settings: SettingsSource
    heroes: HeroCatalog
    profiles: ProfileCatalog
    campaigns: Callable[[], CampaignRepository]

    def execute(self) -> Sequence[GuildError]:
        """Give all refusals, each once."""
        found = [*self.settings.faults(), *self._of_heroes()]
        summed = [] if found else self._of_sum()
        alike = {str(fault): fault for fault in [*found, *self._of_campaigns(), *summed]}
        return list(alike.values())

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
        yield from override_faults(campaign, self.settings)
        layer = campaign_layer(campaign)
        yield from unusable(layer.values, layer.places, reader_of(campaign), self.profiles)

    def _of_sum(self) -> Sequence[GuildError]:
        try:
            return self._of_active(self.campaigns().active())
        except NoActiveCampaignError:
            found = resolve((self.settings.project(), self.settings.environment()))
            return [*unusable(flatten(found.settings), found.origins, None, self.profiles)]
        except GuildError as error:
            return [error]

    def _of_active(self, campaign: Campaign) -> Sequence[GuildError]:
        hero = self.heroes.get(campaign.hero_id)
        settings_for(hero, campaign_layer(campaign), self.settings, self.profiles)
        return []
