"""Take over a predecessor's settings."""

from dataclasses import dataclass

from application.ports.predecessor import Predecessor
from application.ports.settings_source import SettingsSource
from application.translating import translated
from domain.settings.translation import Translation


@dataclass(frozen=True, slots=True)
class ImportedSettings:
    """What became of every key, and how the project's settings changed, as text."""

    translation: Translation
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """Say in guild's settings what a predecessor's file says.

    - every key of the file is accounted for: taken, or left with the reason;
    - values pass the checks that every setting passes;
    - only when it is asked for, what was taken is kept in the project's settings, all at once.
    """

    predecessor: Predecessor
    settings: SettingsSource

    def execute(self, place: str, *, write: bool = False) -> ImportedSettings:
        """Translate the file at a place."""
        found = translated(self.predecessor.settings(place), self.settings)
        difference = self.settings.take_over(found.assignments) if write else ""
        return ImportedSettings(found, difference)
