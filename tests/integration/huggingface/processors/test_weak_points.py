"""What the predecessor's processors did wrong, one test each."""

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import pytest
import torch

from domain.profiles.emoji_marks import STOPS
from domain.profiles.processors import PostStop, StopMarks, ThinkMarks, TokenPenalty, Window
from tests.integration.huggingface.processors.small_tokenizers import (
    Small,
    byte_level,
    whole_words,
)

pytestmark = pytest.mark.slow

STOP = StopMarks(("🛑", "🚫"), 2, 4, bonus=5)
POST = PostStop(("🛑", "🚫"), 2, 4, penalty=100, rate=10, reward=50, ceiling=1e4)
THINK = ThinkMarks(("🤔", "💡"), 2, 8, bonus=5)
TEXT = "🤔💡🛑🚫 ab\n"


def cuts() -> list[Small]:
    """Cut emoji whole, in halves, with a newline before them, in pairs, and into bytes."""
    halves = ["🛑".encode()[:2], "🛑".encode()[2:], "🤔".encode()[2:]]
    return [
        byte_level(TEXT, "🤔", "💡", "🛑", "🚫"),
        byte_level(TEXT, *halves),
        byte_level(TEXT, "\n🛑", "🛑🛑", "🤔🤔🤔", b"\x9b\x91\n"),
        byte_level(TEXT),
    ]


def judged(processors: Any, *rows: list[int], size: int, of: torch.dtype = torch.float32) -> Any:
    return processors(torch.tensor(rows, dtype=torch.long), torch.zeros(len(rows), size, dtype=of))


def steps(
    small: Small, said: list[int], *specs: Any, prompt: list[int] | None = None
) -> Iterator[Any]:
    """Give the scores before each token of a text and after the last."""
    begin = prompt or []
    processors = small.processors(*specs, prompt_length=len(begin))
    for end in range(len(said) + 1):
        yield judged(processors, begin + said[:end], size=small.size)[0]


def test_a_each_row_has_its_own_stop() -> None:
    small = whole_words("🛑", "a", "b")
    rows = [small.ids(*row) for row in (("🛑", "🛑", "a"), ("a", "🛑", "b"), ("b", "🛑", "🛑"))]
    over, going, open_run = judged(small.processors(POST), *rows, size=small.size)
    assert over.tolist() == [-1000, -1000, -1000, 50]
    assert not going.any()
    assert not open_run.any()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_b_every_count_of_stops_can_be_reached(count: int) -> None:
    for small, mark, seed in product(cuts(), ("🛑", "🚫"), range(4)):
        said = small.cut("a\n" + mark * count, seed)
        *before, last = steps(small, said, STOP, POST)
        for scores, token in zip(before, said, strict=True):
            assert scores[token] >= 0
        assert last[small.end] == (50 if count == 4 else 0)


@pytest.mark.parametrize("count", range(2, 9))
def test_b_every_count_of_thoughts_can_be_reached(count: int) -> None:
    for small, seed in product(cuts(), range(4)):
        said = small.cut("🤔" * count + "\na", seed)
        *before, _ = steps(small, said, THINK, STOP, POST)
        for scores, token in zip(before, said, strict=True):
            assert scores[token] >= 0


def test_b_one_mark_too_many_is_forbidden_however_it_is_cut() -> None:
    for small, seed in product(cuts(), range(4)):
        for text, many, spec in (("a🛑🛑🛑🛑🛑a", "🛑" * 5, STOP), ("🤔" * 10, "🤔" * 9, THINK)):
            said = small.cut(text, seed)
            *before, _ = steps(small, said, spec)
            barred = [scores[token].isinf() for scores, token in zip(before, said, strict=True)]
            complete = [many.encode() in small.said(said[:end]) for end in range(1, len(said) + 1)]
            assert barred.index(True) == complete.index(True)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("ceiling", [1e4, 1e300, float("inf")])
def test_c_penalties_are_finite_for_any_length(kind: torch.dtype, ceiling: float) -> None:
    small = whole_words("🛑", "a", "<think>")
    post = PostStop(("🛑",), 2, 4, penalty=100, rate=10, reward=1e300, ceiling=ceiling)
    windows = (Window(4, 8), Window(4000, 1e300))
    processors = small.processors(post, TokenPenalty(("<think>",), 1e10, windows))
    said = small.ids("🛑", "🛑", *["a"] * 2000)
    for end in [*range(1, 100), *range(100, 2003, 50), 2002]:
        scores = torch.tensor([[5.0, 6.0, 7.0, 1.0]], dtype=kind)
        changed = processors(torch.tensor([said[:end]]), scores)
        assert changed.dtype == kind
        assert changed.isfinite().all()
        assert (changed[0].argmax() == small.end) == (end > 2)


def test_c_what_a_network_itself_forbids_stays_forbidden() -> None:
    small = whole_words("🛑", "a")
    scores = torch.tensor([[-torch.inf, 1.0, 2.0]])
    ids = torch.tensor([small.ids("🛑", "🛑", "a")])
    assert small.processors(POST)(ids, scores).tolist() == [[-torch.inf, -999.0, 52.0]]


def test_c_the_end_of_turn_keeps_every_digit() -> None:
    small = whole_words("🛑", "a")
    post = PostStop(("🛑",), 2, 4, penalty=1e30, rate=10, reward=0, ceiling=1e37)
    scores = torch.tensor([[0.0, 0.0, 0.123456789]])
    changed = small.processors(post)(torch.tensor([small.ids("🛑", "🛑", "a")]), scores)
    assert changed[0, 2] == scores[0, 2]


def test_d_each_generation_begins_anew() -> None:
    small = whole_words("🛑", "a")
    first = small.processors(POST)
    assert judged(first, small.ids("🛑", "🛑", "a"), size=small.size).any()
    assert not judged(small.processors(POST), small.ids("a"), size=small.size).any()
    assert not judged(first, small.ids("a"), size=small.size).any()


def test_e_parts_of_a_tag_are_ordinary_tokens() -> None:
    small = byte_level("<think> ab", "<th", "ink", "think", "nk>")
    spec = TokenPenalty(("<think>",), 80)
    said = small.ids("<th", "ink")
    first, second, third = steps(small, said, spec)
    assert [token for token in range(small.size) if first[token]] == small.ids(
        "<think>"[:0] or ">"
    )[:0]
    assert not second[small.ids("ink")].any()
    assert [token for token in range(small.size) if third[token]] == small.ids(">")
    assert [float(scores[small.ids("think")[0]]) for scores in (first, second, third)] == [0, 0, 0]


def test_e_a_tag_that_is_one_token_is_punished_by_its_schedule() -> None:
    small = whole_words("<think>", "a")
    spec = TokenPenalty(("<think>",), 80, (Window(4, 8), Window(4, 2), Window(4, 1.5)))
    found = [-float(scores[0]) for scores in steps(small, small.ids("a") * 13, spec)]
    assert found == [640] * 4 + [160] * 4 + [120] * 4 + [80] * 2


def test_f_a_stop_after_a_newline_is_a_stop() -> None:
    small = byte_level(TEXT, "\n🛑", "🛑")
    for begin in (["\n🛑"], ["\n", "🛑"]):
        *_, once = steps(small, small.ids("a", *begin), STOP)
        assert once[small.ids("🛑")] == 5
        *_, over = steps(small, small.ids("a", *begin, "🛑", "a"), POST)
        assert over[small.end] == 50


def test_g_marks_of_the_prompt_do_not_count() -> None:
    small = whole_words("🛑", "🚫", "🤔", "💡", "a", "<think>")
    prompt = small.ids("🤔", "🛑", "🛑", "a", "🛑")
    first, second = steps(small, small.ids("🛑"), STOP, POST, prompt=prompt)
    assert not first.any()
    assert second.tolist() == [5, 0, 0, 0, 0, 0, 0]
    (scores,) = steps(small, [], THINK, prompt=prompt)
    assert scores.tolist() == [0, 0, 5, 5, 0, 0, 0]


def test_the_profiles_own_marks_are_told_apart() -> None:
    small = byte_level("".join(STOPS) + "a", *STOPS)
    post = PostStop(STOPS, 2, 4, penalty=1, rate=2, reward=3, ceiling=9)
    for one, other in pairwise(STOPS):
        *_, mixed = steps(small, small.ids(one, other, "a"), post)
        assert not mixed.any()
        *_, same = steps(small, small.ids(one, other, other, "a"), post)
        assert same[small.end] == 3
