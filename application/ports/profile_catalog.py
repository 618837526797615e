"""Profiles by name."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.errors import ErrorCode, ExitStatus, GuildError, NotFoundError
from domain.profiles.profile import Profile
from domain.settings.settings import Settings


class ProfileNotFoundError(NotFoundError):
    """There is no profile of this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"there is no profile '{name}'", fix=(f"known profiles: {', '.join(known)}",)
        )


class BrokenProfileError(GuildError):
    """A profile of somebody else's package cannot be used."""

    code = ErrorCode.EXTRA_MISSING
    exit_status = ExitStatus.CANNOT_HERE


class ProfileCatalog(Protocol):
    """Built-in profiles, and those of other packages.

    - a built-in name always means the built-in profile;
    - names are listed without running anybody's code; a profile is built from all settings;
    - an unknown name is refused with the known ones, a broken one with its package and its fault.
    """

    @abstractmethod
    def names(self) -> Sequence[str]:
        """List the names, built-in ones first."""

    @abstractmethod
    def get(self, settings: Settings) -> Profile:
        """Build the profile that the settings name."""

    def require(self, name: str) -> None:
        """Refuse a name that is not listed."""
        if name not in (known := self.names()):
            raise ProfileNotFoundError(name, known)
