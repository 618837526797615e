"""Compare heroes with their files and with their models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from application.ports.hero_catalog import HeroCatalog, HeroFileError
from application.ports.model_loader import ModelLoader, ModelUnavailableError
from domain.hero import Difference, Hero


@dataclass(frozen=True, slots=True, kw_only=True)
class HeroCheck:
    """What was found out about one hero.

    problem is why its file cannot be read, unread why its model could not be asked; both are empty
    where there was no such reason.
    """

    hero_id: str
    problem: str = ""
    unread: str = ""
    differences: tuple[Difference, ...] = ()
    corrected: bool = False

    @property
    def is_sound(self) -> bool:
        """Tell whether nothing is wrong, or nothing any more."""
        return not self.problem and (self.corrected or not self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckHero:
    """Compare heroes with their files and with their models.

    - a model that is not on this machine is not fetched, and its absence is no fault of the hero;
    - only the hall's own heroes are corrected.
    """

    heroes: HeroCatalog
    models: ModelLoader[Any]

    def execute(self, hero_id: str | None, *, fix: bool = False) -> Sequence[HeroCheck]:
        """Check one hero, or all of them; one that is broken does not hide another."""
        names = self.heroes.ids() if hero_id is None else [hero_id]
        return [self._check(name, fix=fix) for name in names]

    def _check(self, hero_id: str, *, fix: bool) -> HeroCheck:
        try:
            hero = self.heroes.get(hero_id)
        except HeroFileError as error:
            return HeroCheck(hero_id=hero_id, problem=_said(error))
        try:
            return self._compare(hero, fix=fix)
        except ModelUnavailableError as error:
            return HeroCheck(hero_id=hero_id, unread=str(error))

    def _compare(self, hero: Hero, *, fix: bool) -> HeroCheck:
        found = self.models.describe(hero.model, fetch=False).model
        differences = hero.model.differences(found)
        corrects = fix and hero.own and bool(differences)
        if corrects:
            self.heroes.correct(hero.id, hero.model.corrected(found))
        return HeroCheck(hero_id=hero.id, differences=differences, corrected=corrects)


def _said(error: HeroFileError) -> str:
    return "; ".join(part for part in (str(error), error.why, *error.fix) if part)
