"""Profiles of other packages, found by their metadata."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from application.ports.profile_catalog import BrokenProfileError, ProfileCatalog
from domain.profiles.profile import Profile
from domain.profiles.registry import BUILT_IN, built_in
from domain.settings.settings import Settings

GROUP = "guild.profiles"


class PluginProfileCatalog(ProfileCatalog):
    """Reads the entry points of the group guild.profiles; each is a function of all settings.

    A package is imported only when a profile of its own is built.
    """

    def names(self) -> Sequence[str]:
        """List the names, built-in ones first."""
        return (*BUILT_IN, *sorted({each.name for each in _found()} - BUILT_IN.keys()))

    def get(self, settings: Settings) -> Profile:
        """Build the profile that the settings name."""
        name = settings.profile.name
        self.require(name)
        if name in BUILT_IN:
            return built_in(name, settings)
        first, *others = [each for each in _found() if each.name == name]
        if others:
            packages = " and ".join(_package(each) for each in (first, *others))
            raise BrokenProfileError(
                f"profile '{name}' is in {packages}", fix=("take one of the packages away",)
            )
        return _built(first, settings)


def _found() -> Sequence[EntryPoint]:
    return tuple(entry_points(group=GROUP))


def _built(entry: EntryPoint, settings: Settings) -> Profile:
    try:
        profile = entry.load()(settings)
    except Exception as error:
        raise _broken(entry, f"{type(error).__name__}: {error}") from error
    if not isinstance(profile, Profile):
        raise _broken(entry, f"{entry.value} gives a {type(profile).__name__}, no Profile")
    return profile


def _broken(entry: EntryPoint, why: str) -> BrokenProfileError:
    return BrokenProfileError(
        f"profile '{entry.name}' of {_package(entry)} cannot be used",
        why=why,
        fix=("update the package, or take it away",),
    )


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.module
