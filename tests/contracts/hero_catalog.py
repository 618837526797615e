"""What every catalogue of heroes owes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from application.ports.hero_catalog import (
    HeroCatalog,
    HeroExistsError,
    HeroFileError,
    HeroNotFoundError,
)
from domain.hero import BaseModel, ChatTemplate, Hero, Source

CatalogOf = Callable[[Sequence[Hero]], HeroCatalog]


def a_hero(hero_id: str = "baby-mage", *, name: str = "Baby Mage") -> Hero:
    return Hero(
        id=hero_id,
        name=name,
        description="A first hero: small, eager.",
        model=BaseModel(
            source=Source.FOLDER,
            name="models/baby mage",
            family="qwen3",
            architecture="Qwen3ForCausalLM",
            vocab_size=512,
            context_length=256,
            parameters=12345,
            seed=7,
        ),
        chat_template=ChatTemplate.MODEL,
        training_defaults={
            "hyperparams.learning_rate": 1e-3,
            "hyperparams.lr_scheduler_type": "linear",
            "hyperparams.seed": 3,
            "profile.system_prompt": "Spell: 'no' # yes",
        },
        display={"color": "#8B5CF6"},
        notes="Two lines:\nof notes 🤔\n",
    )


class HeroCatalogContract:
    """Subclasses make a catalogue of given heroes, which come back equal but for their origin.

    The first of the given heroes is one that guild ships.
    """

    @pytest.fixture
    def catalog_of(self) -> CatalogOf:
        raise NotImplementedError

    def facts(self, hero: Hero) -> Hero:
        return replace(hero, origin="", own=False)

    def test_a_hero_comes_back_as_it_was_written(self, catalog_of: CatalogOf) -> None:
        catalog = catalog_of([a_hero(), a_hero("other")])
        assert self.facts(catalog.get("baby-mage")) == a_hero()

    def test_an_unknown_hero_is_refused_with_the_known_ones(self, catalog_of: CatalogOf) -> None:
        catalog = catalog_of([a_hero("b"), a_hero("a")])
        for wrong in ("c", "", "../a", "a.yaml"):
            with pytest.raises(HeroNotFoundError) as refused:
                catalog.get(wrong)
            assert refused.value.fix == ("known heroes: a, b",)

    def test_all_heroes_are_found_in_the_order_of_the_alphabet(self, catalog_of: CatalogOf) -> None:
        catalog = catalog_of([a_hero("b"), a_hero("c"), a_hero("a")])
        assert [self.facts(hero) for hero in catalog.find()] == [a_hero(name) for name in "abc"]

    def test_a_catalogue_may_be_empty(self, catalog_of: CatalogOf) -> None:
        assert list(catalog_of([]).find()) == []
        assert list(catalog_of([]).ids()) == []

    def test_ids_are_in_the_order_of_the_alphabet(self, catalog_of: CatalogOf) -> None:
        assert list(catalog_of([a_hero("b"), a_hero("c"), a_hero("a")]).ids()) == ["a", "b", "c"]

    def test_a_kept_hero_is_one_of_the_halls_own(self, catalog_of: CatalogOf) -> None:
        catalog = catalog_of([a_hero("other")])
        catalog.keep(a_hero())
        found = catalog.get("baby-mage")
        assert self.facts(found) == a_hero()
        assert found.own
        assert not catalog.get("other").own
        assert list(catalog.ids()) == ["baby-mage", "other"]

    def test_no_hero_is_replaced_by_another(self, catalog_of: CatalogOf) -> None:
        catalog = catalog_of([a_hero()])
        catalog.keep(a_hero("mine"))
        for taken in ("baby-mage", "mine"):
            with pytest.raises(HeroExistsError):
                catalog.keep(a_hero(taken, name="Another"))
        assert [hero.name for hero in catalog.find()] == ["Baby Mage", "Baby Mage"]

    def test_the_halls_own_hero_is_corrected_in_its_model_alone(
        self, catalog_of: CatalogOf
    ) -> None:
        catalog = catalog_of([])
        catalog.keep(a_hero())
        model = replace(a_hero().model, vocab_size=600, architecture="LlamaForCausalLM")
        catalog.correct("baby-mage", model)
        assert self.facts(catalog.get("baby-mage")) == replace(a_hero(), model=model)
        assert catalog.get("baby-mage").own

    def test_what_guild_ships_is_never_corrected(self, catalog_of: CatalogOf) -> None:
        catalog = catalog_of([a_hero()])
        with pytest.raises(HeroFileError):
            catalog.correct("baby-mage", replace(a_hero().model, vocab_size=600))
        assert self.facts(catalog.get("baby-mage")) == a_hero()

    def test_an_unknown_hero_cannot_be_corrected(self, catalog_of: CatalogOf) -> None:
        with pytest.raises(HeroNotFoundError):
            catalog_of([]).correct("baby-mage", a_hero().model)
