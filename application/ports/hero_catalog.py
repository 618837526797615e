"""The heroes that can be trained."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.errors import ErrorCode, GuildError, NotFoundError
from domain.hero import Hero


class HeroNotFoundError(NotFoundError):
    """There is no such hero."""

    def __init__(self, hero_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"there is no hero '{hero_id}'", fix=(f"known heroes: {', '.join(known)}",)
        )


class HeroFileError(GuildError):
    """A hero file cannot be read."""

    code = ErrorCode.HERO_FILE


class HeroCatalog(Protocol):
    """Heroes by id: those that guild ships, and the hall's own over them."""

    @abstractmethod
    def get(self, hero_id: str) -> Hero:
        """Give one hero; raise HeroNotFoundError, which lists the known ones."""

    @abstractmethod
    def find(self) -> Sequence[Hero]:
        """Give all heroes by id in the order of the alphabet."""
