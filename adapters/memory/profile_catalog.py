"""Profiles that are handed in, beside the built-in ones."""

from collections.abc import Callable, Mapping, Sequence

from application.ports.profile_catalog import ProfileCatalog
from domain.profiles.profile import Profile
from domain.profiles.registry import BUILT_IN, built_in
from domain.settings.settings import Settings


class MemoryProfileCatalog(ProfileCatalog):
    """Knows the built-in profiles, and others by name."""

    def __init__(self, others: Mapping[str, Callable[[Settings], Profile]] | None = None) -> None:
        self._others = others or {}

    def names(self) -> Sequence[str]:
        """List the names, built-in ones first."""
        return (*BUILT_IN, *sorted(self._others.keys() - BUILT_IN.keys()))

    def get(self, settings: Settings) -> Profile:
        """Build the profile that the settings name."""
        name = settings.profile.name
        self.require(name)
        return built_in(name, settings) if name in BUILT_IN else self._others[name](settings)
