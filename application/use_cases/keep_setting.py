"""Keep a setting for the whole project."""

from dataclasses import dataclass

from application.layers import Reader, reader_of, unusable
from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSetting:
    """Write a value into the project's settings, unless no job could be trained with it.

    - a profile must be known, and a row not be longer than the active campaign's model reads;
    - other values that are wrong already stand in nobody's way.
    """

    settings: SettingsSource
    profiles: ProfileCatalog
    campaigns: CampaignRepository

    def execute(self, pair: str) -> str:
        """Give the difference to the file as text."""
        given = self.settings.assignments([pair], "config set")
        for fault in unusable(given.values, given.places, self._reader(), self.profiles):
            raise fault
        return self.settings.keep(pair)

    def _reader(self) -> Reader | None:
        try:
            return reader_of(self.campaigns.active())
        except NoActiveCampaignError:
            return None
