"""Heroes that were handed over."""

from collections.abc import Sequence
from dataclasses import replace

from application.ports.hero_catalog import (
    HeroCatalog,
    HeroExistsError,
    HeroFileError,
    HeroNotFoundError,
)
from domain.hero import BaseModel, Hero


class MemoryHeroCatalog(HeroCatalog):
    """Knows the given heroes; of two with one id the later counts."""

    def __init__(self, heroes: Sequence[Hero]) -> None:
        self._heroes = {hero.id: hero for hero in heroes}

    def ids(self) -> Sequence[str]:
        """Give all of them."""
        return sorted(self._heroes)

    def get(self, hero_id: str) -> Hero:
        """Look a hero up."""
        if hero_id not in self._heroes:
            raise HeroNotFoundError(hero_id, sorted(self._heroes))
        return self._heroes[hero_id]

    def find(self) -> Sequence[Hero]:
        """Give all of them."""
        return [hero for _, hero in sorted(self._heroes.items())]

    def keep(self, hero: Hero) -> None:
        """Add a hero."""
        if hero.id in self._heroes:
            raise HeroExistsError(hero.id)
        self._heroes[hero.id] = replace(hero, own=True)

    def correct(self, hero_id: str, model: BaseModel) -> None:
        """Take the model's new facts."""
        hero = self.get(hero_id)
        if not hero.own:
            raise HeroFileError(f"hero '{hero_id}' is not one of the hall's own")
        self._heroes[hero_id] = replace(hero, model=model)
