"""What may never drift inside a campaign."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.architecture import ArchitectureMismatchError
from domain.hero import BaseModel, Hero, Source
from tests.builders import an_architecture

LOCKED = an_architecture()


def test_the_same_model_has_no_conflict() -> None:
    assert LOCKED.conflicts_with(an_architecture()) == ()
    LOCKED.require(an_architecture())


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"base_model": "other"}, "base model: locked tiny/qwen3, found other"),
        ({"architecture": "Llama"}, "architecture: locked Qwen3ForCausalLM, found Llama"),
        ({"vocab_size": 513}, "vocabulary: locked 512, found 513"),
        ({"vocab_size": 511}, "vocabulary: locked 512, found 511"),
        ({"max_context": 257}, "context: locked 256, found 257"),
    ],
)
def test_a_model_that_differs_is_refused_with_both_values(
    change: dict[str, Any], difference: str
) -> None:
    other = replace(LOCKED, **change)
    assert LOCKED.conflicts_with(other) == (difference,)
    with pytest.raises(ArchitectureMismatchError) as refusal:
        LOCKED.require(other)
    assert refusal.value.why == difference


@given(st.integers(1, 4096))
def test_the_context_may_shrink_but_not_grow(context: int) -> None:
    conflicts = LOCKED.conflicts_with(replace(LOCKED, max_context=context))
    assert bool(conflicts) is (context > 256)


def test_the_version_of_the_model_is_only_recorded() -> None:
    LOCKED.require(replace(LOCKED, model_version="v2"))


def test_every_difference_is_named_at_once() -> None:
    other = replace(LOCKED, base_model="b", architecture="c", vocab_size=1, max_context=9999)
    assert len(LOCKED.conflicts_with(other)) == 4


def test_a_hero_is_locked_to_what_its_base_model_says() -> None:
    model = BaseModel(
        source=Source.BUILT,
        name="tiny/qwen3",
        family="qwen3",
        architecture="Qwen3ForCausalLM",
        vocab_size=512,
        context_length=256,
        parameters=1,
    )
    hero = Hero(id="baby-mage", name="Baby mage", description="", model=model)
    assert hero.locked_architecture == LOCKED
