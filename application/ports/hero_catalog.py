"""The heroes that can be trained."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.errors import ErrorCode, ExitStatus, GuildError, NotFoundError
from domain.hero import BaseModel, Hero


class HeroNotFoundError(NotFoundError):
    """There is no such hero."""

    def __init__(self, hero_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"there is no hero '{hero_id}'", fix=(f"known heroes: {', '.join(known)}",)
        )


class HeroFileError(GuildError):
    """A hero file cannot be read, or must not be written."""

    code = ErrorCode.HERO_FILE


class HeroExistsError(GuildError):
    """There is a hero of this name already."""

    code = ErrorCode.NAME_TAKEN
    exit_status = ExitStatus.HELD

    def __init__(self, hero_id: str) -> None:
        super().__init__(
            f"there is a hero '{hero_id}' already",
            fix=("choose another id", f"guild hero show {hero_id}"),
        )


class HeroCatalog(Protocol):
    """Heroes by id: those that guild ships, and the hall's own over them.

    - nothing that guild ships is ever written to, and a hero is never replaced by another;
    - a hero that is kept is one of the hall's own, whatever it said of itself.
    """

    @abstractmethod
    def ids(self) -> Sequence[str]:
        """Give all ids in the order of the alphabet, also of heroes that cannot be read."""

    @abstractmethod
    def get(self, hero_id: str) -> Hero:
        """Give one hero; raise HeroNotFoundError, which lists the known ones."""

    @abstractmethod
    def find(self) -> Sequence[Hero]:
        """Give all heroes by id in the order of the alphabet."""

    @abstractmethod
    def keep(self, hero: Hero) -> None:
        """Add a hero to the hall's own; raise HeroExistsError or HeroFileError."""

    @abstractmethod
    def correct(self, hero_id: str, model: BaseModel) -> None:
        """Change what the hall's own hero says of its model; raise HeroFileError for another's."""
