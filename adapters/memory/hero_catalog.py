"""Heroes that were handed over."""

from collections.abc import Sequence

from application.ports.hero_catalog import HeroCatalog, HeroNotFoundError
from domain.hero import Hero


class MemoryHeroCatalog(HeroCatalog):
    """Knows the given heroes; of two with one id the later counts."""

    def __init__(self, heroes: Sequence[Hero]) -> None:
        self._heroes = {hero.id: hero for hero in heroes}

    def get(self, hero_id: str) -> Hero:
        """Look a hero up."""
        if hero_id not in self._heroes:
            raise HeroNotFoundError(hero_id, sorted(self._heroes))
        return self._heroes[hero_id]

    def find(self) -> Sequence[Hero]:
        """Give all of them."""
        return [hero for _, hero in sorted(self._heroes.items())]
