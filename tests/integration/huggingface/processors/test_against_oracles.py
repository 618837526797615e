"""Every score of every processor, on random texts cut at random, as the whole text says it."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.profiles.processors import (
    BalancedExpression,
    PostStop,
    ProcessorSpec,
    StopMarks,
    ThinkMarks,
    TokenPenalty,
    Window,
)
from tests.integration.huggingface.processors import oracles
from tests.integration.huggingface.processors.small_tokenizers import Small, byte_level

pytestmark = pytest.mark.slow

# The first two share bytes, the third has a variation selector, the fourth is the third without.
MARKS = ("🛑", "🚫", "⏹️", "⏹")
MARKED = "🛑🛑🛑🚫🚫a🛑🛑🛑🛑🛑\n⏹️⏹️⏹⏹⏹️ 🚫🚫🚫🚫🚫"
TAGGED = "a <think>b</think> <<th>in k>think</t"
BRACED = "x <<A>>(a (b c)) ((d)) )( <</A>>\n<</A>"

lists = st.lists


@st.composite
def tokenizers(draw: st.DrawFn, text: str) -> Small:
    """Merge some random parts of a text, in the middle of letters too."""
    said = text.encode()
    places = st.tuples(st.integers(0, len(said) - 1), st.integers(2, 18))
    cuts = draw(lists(places, max_size=8))
    return byte_level(text, *(said[start : start + size] for start, size in cuts))


@st.composite
def talks(draw: st.DrawFn, text: str, parts: tuple[str, ...]) -> tuple[Small, list[int]]:
    """Say words, halves of words and stray bytes, cut into tokens at random."""
    small = draw(tokenizers(text))
    whole = st.sampled_from([part.encode() for part in parts])
    half = st.builds(lambda part, end: part[:end], whole, st.integers(1, 4))
    stray = st.sampled_from(small.pieces)
    said = b"".join(draw(lists(st.one_of(whole, whole, whole, half, stray), max_size=12)))
    return small, small.cut(said, draw(st.integers(0, 99)))


def changes(small: Small, spec: ProcessorSpec, said: list[int], prompt: list[int]) -> list[float]:
    """Give by how much each token's score is changed after each step, the last one's."""
    processors = small.processors(spec, prompt_length=len(prompt))
    scores = torch.zeros(1, small.size, dtype=torch.float64)
    for end in range(len(said) + 1):
        ids = torch.tensor([prompt + said[:end]], dtype=torch.long)
        changed = processors(ids, scores)
    assert not scores.any()
    return [float(value) for value in changed[0]]


def limits(draw: Any) -> tuple[int, int]:
    least = draw(st.integers(1, 3))
    return least, draw(st.integers(least, 4))


@settings(max_examples=80)
@given(talks(MARKED, ("🛑", "🛑", "🚫", "⏹️", "⏹", "a")), st.data())
def test_think_marks(talk: tuple[Small, list[int]], data: st.DataObject) -> None:
    small, said = talk
    least, most = limits(data.draw)
    spec = ThinkMarks(MARKS, least, most, bonus=3)
    before = small.said(said)
    wanted = [oracles.think(spec, before, piece) for piece in small.pieces]
    assert changes(small, spec, said, small.ids("a")) == [*wanted, 0.0]


@settings(max_examples=80)
@given(talks(MARKED, ("🛑", "🛑", "🚫", "⏹️", "⏹", "a", "\n")), st.data())
def test_stop_marks(talk: tuple[Small, list[int]], data: st.DataObject) -> None:
    small, said = talk
    least, most = limits(data.draw)
    spec = StopMarks(MARKS, least, most, bonus=3)
    before = small.said(said)
    wanted = [oracles.stop(spec, before, piece) for piece in small.pieces]
    assert changes(small, spec, said, small.ids("a")) == [*wanted, 0.0]


@settings(max_examples=80)
@given(talks(MARKED, ("🛑", "🛑", "🛑", "🚫", "⏹️", "⏹", "a", "\n")), st.data())
def test_post_stop(talk: tuple[Small, list[int]], data: st.DataObject) -> None:
    small, said = talk
    least, most = limits(data.draw)
    spec = PostStop(MARKS, least, most, penalty=2, rate=3, reward=5, ceiling=100)
    pieces = [small.pieces[token] for token in said]
    others = oracles.post_stop(spec, pieces, is_end=False)
    end = oracles.post_stop(spec, pieces, is_end=True)
    prompt = small.cut("🛑🛑🛑🛑a")
    assert changes(small, spec, said, prompt) == [others] * len(small.pieces) + [end]


@settings(max_examples=80)
@given(talks(TAGGED, ("<think>", "</think>", "<", "th", "<<", "ink>", " ", "a")), st.data())
def test_token_penalty(talk: tuple[Small, list[int]], data: st.DataObject) -> None:
    small, said = talk
    windows = st.builds(Window, st.integers(0, 3), st.sampled_from([1.0, 2.0, 8.0]))
    schedule = tuple(data.draw(lists(windows, max_size=3)))
    spec = TokenPenalty(("<think>", "</think>", "<<"), 4, schedule)
    text = small.text(said)
    longer = [small.text([*said, token]) for token in range(len(small.pieces))]
    wanted = [oracles.token_penalty(spec, text, more, len(said)) for more in longer]
    assert changes(small, spec, said, small.ids("<")) == [*wanted, 0.0]


@settings(max_examples=80)
@given(tokenizers(BRACED), lists(st.integers(0, 10**6), max_size=20), st.booleans())
def test_balanced_expression(small: Small, draws: list[int], started: bool) -> None:  # noqa: FBT001 - drawn
    spec = BalancedExpression("<<A>>", "<</A>>")
    said = small.cut("x <<A>>", len(draws)) if started else []

    def allowed() -> list[bool]:
        return [
            oracles.is_balanced(spec, small.text([*said, token]))
            for token in range(len(small.pieces))
        ]

    for draw in draws:
        free = [token for token, fine in enumerate(allowed()) if fine]
        if free:
            said.append(free[draw % len(free)])
    wanted = [0.0 if fine else oracles.FORBIDDEN for fine in allowed()]
    assert changes(small, spec, said, small.cut("<<A>>")) == [*wanted, 0.0]
