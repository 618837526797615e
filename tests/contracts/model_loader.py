"""The promises of ModelLoader."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from application.ports.model_loader import ModelLoader, ModelUnavailableError
from domain.checkpoint import BrokenCheckpointError
from domain.hero import Hero
from domain.settings.model import Attention, ModelSettings, Precision
from domain.settings.settings import Settings
from tests.contracts.chat_encoder import TALK

FLOAT32 = Settings(
    model=ModelSettings(dtype=Precision.FLOAT32, attn_implementation=Attention.EAGER)
)


class ModelLoaderContract:
    @pytest.fixture
    def loader(self) -> ModelLoader[Any]:
        raise NotImplementedError

    @pytest.fixture
    def hero(self) -> Hero:
        raise NotImplementedError

    @pytest.fixture
    def absent(self) -> Hero:
        """A hero whose weights are not on this machine."""
        raise NotImplementedError

    @pytest.fixture
    def thinker(self) -> Hero:
        """A hero whose own chat template writes thoughts."""
        raise NotImplementedError

    @pytest.fixture
    def checkpoint(self) -> str:
        """Where a checkpoint of the hero lies, with weights that are not the base model's."""
        raise NotImplementedError

    def test_a_base_model_has_the_same_weights_at_every_load(
        self, loader: ModelLoader[Any], hero: Hero
    ) -> None:
        first, second = loader.load(hero, "", Settings()), loader.load(hero, "", Settings())
        assert first.facts == second.facts
        assert len(first.facts.weights_digest) == 64

    def test_another_seed_gives_other_weights(self, loader: ModelLoader[Any], hero: Hero) -> None:
        other = replace(hero, model=replace(hero.model, seed=hero.model.seed + 1))
        digests = {loader.load(who, "", Settings()).facts.weights_digest for who in (hero, other)}
        assert len(digests) == 2

    def test_the_facts_are_what_the_hero_is_locked_to(
        self, loader: ModelLoader[Any], hero: Hero
    ) -> None:
        facts = loader.load(hero, "", Settings()).facts
        assert facts.architecture == hero.locked_architecture
        assert facts.parameters == hero.model.parameters

    def test_an_explicit_wish_is_what_the_facts_then_say(
        self, loader: ModelLoader[Any], hero: Hero
    ) -> None:
        facts = loader.load(hero, "", FLOAT32).facts
        assert (facts.dtype, facts.attention) == ("float32", "eager")

    def test_a_location_gives_the_weights_of_that_checkpoint(
        self, loader: ModelLoader[Any], hero: Hero, checkpoint: str
    ) -> None:
        loader.check(hero, checkpoint)
        base, later = loader.load(hero, "", Settings()), loader.load(hero, checkpoint, Settings())
        assert later.facts.weights_digest != base.facts.weights_digest
        assert later.facts.architecture == base.facts.architecture
        assert later.encoder.encode([(1, TALK)]) == base.encoder.encode([(1, TALK)])

    def test_an_empty_folder_is_a_broken_checkpoint(
        self, loader: ModelLoader[Any], hero: Hero, tmp_path: Path
    ) -> None:
        with pytest.raises(BrokenCheckpointError):
            loader.load(hero, str(tmp_path), Settings())

    def test_absent_weights_are_refused_early_and_at_load(
        self, loader: ModelLoader[Any], absent: Hero
    ) -> None:
        with pytest.raises(ModelUnavailableError) as refusal:
            loader.check(absent, "")
        assert refusal.value.fix
        with pytest.raises(ModelUnavailableError):
            loader.load(absent, "", Settings())

    def test_what_can_be_loaded_passes_the_check(
        self, loader: ModelLoader[Any], hero: Hero
    ) -> None:
        loader.check(hero, "")

    def test_what_is_described_is_what_is_loaded(
        self, loader: ModelLoader[Any], hero: Hero
    ) -> None:
        found = loader.describe(hero.model, fetch=False)
        assert found.model == hero.model
        assert found.chat_template is hero.chat_template

    def test_what_a_hero_says_wrongly_is_described_rightly(
        self, loader: ModelLoader[Any], hero: Hero
    ) -> None:
        wrong = replace(hero.model, family="?", architecture="?", vocab_size=0, parameters=0)
        assert loader.describe(wrong, fetch=False).model == hero.model

    def test_an_absent_model_is_not_described(self, loader: ModelLoader[Any], absent: Hero) -> None:
        for fetch in (False, True):
            with pytest.raises(ModelUnavailableError):
                loader.describe(absent.model, fetch=fetch)

    def test_no_more_of_a_context_is_used_than_the_heros(
        self, loader: ModelLoader[Any], hero: Hero, checkpoint: str
    ) -> None:
        shorter = replace(hero, model=replace(hero.model, context_length=16))
        for location in ("", checkpoint):
            facts = loader.load(shorter, location, Settings()).facts
            assert facts.architecture == shorter.locked_architecture

    def test_the_encoder_can_be_had_alone(self, loader: ModelLoader[Any], hero: Hero) -> None:
        alone, along = (
            loader.encoder(hero, "", Settings()),
            loader.load(hero, "", Settings()).encoder,
        )
        assert alone.end_of_turn == along.end_of_turn
        assert alone.template_digest == along.template_digest
        assert alone.tokenizer_digest == along.tokenizer_digest
        assert alone.encode([(1, TALK)]) == along.encode([(1, TALK)])

    def test_a_template_that_thinks_gives_way_where_that_is_asked_for(
        self, loader: ModelLoader[Any], thinker: Hero
    ) -> None:
        plain = loader.encoder(thinker, "", Settings(), plain_chat=True)
        along = loader.load(thinker, "", Settings(), plain_chat=True).encoder
        assert plain.template_replaced
        assert along.template_replaced
        assert along.template_digest == plain.template_digest
        assert not loader.encoder(thinker, "", Settings()).template_replaced

    def test_a_template_that_does_not_think_stays(
        self, loader: ModelLoader[Any], hero: Hero
    ) -> None:
        plain, own = (
            loader.encoder(hero, "", Settings(), plain_chat=True),
            loader.encoder(hero, "", Settings()),
        )
        assert not plain.template_replaced
        assert plain.template_digest == own.template_digest
