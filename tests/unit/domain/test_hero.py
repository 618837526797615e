from dataclasses import replace

import pytest

from domain.hero import Difference
from tests.heroes import a_hero

MODEL = a_hero().model


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("family", "llama"),
        ("architecture", "LlamaForCausalLM"),
        ("vocab_size", 496),
        ("parameters", 155_009),
        ("context_length", 255),
    ],
)
def test_what_the_model_says_otherwise_is_a_difference_and_is_corrected(
    key: str, other: str | int
) -> None:
    found = replace(MODEL, **{key: other})
    written = getattr(MODEL, key)
    assert MODEL.differences(found) == (Difference(key=key, written=written, found=other),)
    assert MODEL.corrected(found) == found


def test_a_hero_may_use_less_of_the_context_than_there_is() -> None:
    found = replace(MODEL, context_length=4096)
    assert MODEL.differences(found) == ()
    assert MODEL.corrected(found) == MODEL


def test_where_a_model_lies_and_how_it_was_drawn_is_the_heros_own_affair() -> None:
    assert MODEL.differences(replace(MODEL, name="elsewhere", seed=3)) == ()
