from dataclasses import replace

import pytest

from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.model_loader import MemoryModelLoader
from application.ports.hero_catalog import HeroFileError, HeroNotFoundError
from application.ports.model_loader import Description
from application.use_cases.check_hero import CheckHero, HeroCheck
from domain.hero import ChatTemplate, Difference, Hero
from tests.heroes import a_hero

RIGHT = a_hero().model
WRONG = replace(RIGHT, vocab_size=500, parameters=7)
DIFFERENCES = (
    Difference(key="vocab_size", written=500, found=495),
    Difference(key="parameters", written=7, found=155_008),
)


class BrokenHeroes(MemoryHeroCatalog):
    def get(self, hero_id: str) -> Hero:
        if hero_id == "broken":
            raise HeroFileError("broken.yaml:1: no", fix=("mend it",))
        return super().get(hero_id)


def check_hero(*heroes: Hero) -> CheckHero:
    description = Description(model=RIGHT, chat_template=ChatTemplate.CHATML)
    return CheckHero(heroes=BrokenHeroes(heroes), models=MemoryModelLoader(described=[description]))


def test_a_hero_that_says_what_its_model_says_is_sound() -> None:
    (found,) = check_hero(a_hero()).execute("baby-mage")
    assert found == HeroCheck(hero_id="baby-mage")
    assert found.is_sound


def test_every_difference_is_told() -> None:
    (found,) = check_hero(replace(a_hero(), model=WRONG)).execute("baby-mage")
    assert found.differences == DIFFERENCES
    assert not found.is_sound


def test_the_halls_own_hero_is_corrected_when_asked() -> None:
    check = check_hero(replace(a_hero(), model=WRONG, own=True))
    check.execute("baby-mage")
    assert check.heroes.get("baby-mage").model == WRONG
    (found,) = check.execute("baby-mage", fix=True)
    assert (found.differences, found.corrected, found.is_sound) == (DIFFERENCES, True, True)
    assert check.heroes.get("baby-mage").model == RIGHT


def test_what_guild_ships_is_never_corrected() -> None:
    check = check_hero(replace(a_hero(), model=WRONG))
    (found,) = check.execute("baby-mage", fix=True)
    assert (found.corrected, found.is_sound) == (False, False)
    assert check.heroes.get("baby-mage").model == WRONG


def test_a_model_that_is_elsewhere_is_no_fault_of_the_hero() -> None:
    (found,) = check_hero(a_hero(name="elsewhere")).execute("baby-mage", fix=True)
    assert "elsewhere" in found.unread
    assert found.is_sound


def test_all_are_checked_and_a_broken_one_hides_no_other() -> None:
    found = check_hero(a_hero("broken"), a_hero("a"), a_hero("z")).execute(None)
    assert [(each.hero_id, each.is_sound) for each in found] == [
        ("a", True),
        ("broken", False),
        ("z", True),
    ]
    assert found[1].problem == "broken.yaml:1: no; mend it"


def test_an_unknown_hero_is_refused() -> None:
    with pytest.raises(HeroNotFoundError):
        check_hero().execute("nobody")
