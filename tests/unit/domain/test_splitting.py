"""Which rows are held out."""

import random
import tracemalloc
from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role
from domain.fingerprint import fingerprint
from domain.lessons import example, words
from domain.splitting import split

LESSONS = [fingerprint(example("Reverse", word)) for word in words(400, seed=1)]
lessons = st.sampled_from(LESSONS)
some = st.lists(lessons, max_size=12)
shares = st.floats(0, 0.5)
# Rows that no share up to a half holds out, so that a dataset always has one to train on.
ALWAYS_TRAINED = [said for said in LESSONS if said / 2**64 >= 0.5]


def told_apart(rows: list[int], share: float, most: int) -> tuple[list[int], list[int]]:
    """Give what is trained and what is measured."""
    sides = split(rows, share, most)
    return [said for said in rows if sides.trains(said)], [
        said for said in rows if sides.measures(said)
    ]


@given(some, shares, st.integers(0, 5))
def test_at_most_so_many_are_measured_and_one_is_always_trained(
    rows: list[int], share: float, most: int
) -> None:
    trained, measured = told_apart(rows, share, most)
    assert len(measured) <= most
    assert len(trained) or not rows


@given(some, shares)
def test_with_room_every_row_is_trained_or_measured(rows: list[int], share: float) -> None:
    trained, measured = told_apart(rows, share, len(rows) + 1)
    assert sorted([*trained, *measured]) == sorted(rows)


@given(some, some, shares, st.integers(1, 5), st.sampled_from(ALWAYS_TRAINED))
def test_what_was_held_out_is_never_trained_however_many_rows_are_added(
    old: list[int], new: list[int], share: float, most: int, anchor: int
) -> None:
    before = split([anchor, *old], share, most)
    after = split([*new, anchor, *old], share, most)
    assert all(before.trains(said) == after.trains(said) for said in old)


@given(st.lists(lessons, min_size=1, max_size=5), st.integers(2, 4), shares)
def test_rows_that_say_the_same_are_never_on_both_sides(
    said: list[int], copies: int, share: float
) -> None:
    trained, held_out = told_apart(said * copies, share, 3)
    assert not set(trained) & set(held_out)


@given(some, some, shares, st.sampled_from(ALWAYS_TRAINED))
def test_adding_rows_moves_none_while_there_is_room(
    old: list[int], new: list[int], share: float, anchor: int
) -> None:
    before, after = [anchor, *old], [*new, anchor, *old]
    trained, held_out = told_apart(before, share, len(before))
    trained_now, held_out_now = told_apart(after, share, len(after))
    assert set(trained) <= set(trained_now)
    assert set(held_out) <= set(held_out_now)


@given(st.data(), some, shares, st.integers(0, 5))
def test_the_order_of_rows_does_not_matter(
    data: st.DataObject, rows: list[int], share: float, most: int
) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert sorted(told_apart(shuffled, share, most)[1]) == sorted(told_apart(rows, share, most)[1])


@given(some, shares, shares, st.integers(0, 5))
def test_a_larger_share_holds_out_the_same_rows_and_more(
    rows: list[int], one: float, other: float, most: int
) -> None:
    small, large = sorted((one, other))
    if most:
        assert {*told_apart(rows, large, most)[0]} <= {*told_apart(rows, small, most)[0]}


@given(st.lists(lessons, min_size=1, max_size=12), shares, st.integers(1, 5))
def test_rows_below_the_share_are_held_out_and_the_lowest_are_measured(
    rows: list[int], share: float, most: int
) -> None:
    bound = min(share, max(rows) / 2**64)
    below = sorted(said for said in rows if said / 2**64 < bound)
    trained, measured = told_apart(rows, share, most)
    assert sorted(trained) == sorted(said for said in rows if said / 2**64 >= bound)
    assert sorted(measured) == [said for said in below if most >= len(below) or said < below[most]]


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_every_turn_decides_about_a_row(turn: int) -> None:
    opening = [Message(role, "same") for role in (Role.USER, Role.ASSISTANT) * 2]
    rows = []
    for number in range(60):
        other = replace(opening[turn], content=f"{number}")
        said = Conversation((*opening[:turn], other, *opening[turn + 1 :]))
        rows.append(fingerprint(said))
    trained, held_out = told_apart(rows, 0.5, 60)
    assert min(len(trained), len(held_out)) > 10


@given(some)
def test_a_share_of_nothing_holds_out_nothing(rows: list[int]) -> None:
    assert told_apart(rows, 0.0, 5) == (rows, [])


@given(some, shares)
def test_room_for_nothing_holds_out_nothing(rows: list[int], share: float) -> None:
    assert told_apart(rows, share, 0) == (rows, [])


@given(lessons, shares)
def test_a_single_row_is_trained(said: int, share: float) -> None:
    assert told_apart([said], share, 5) == ([said], [])


def test_no_rows_are_split_into_none() -> None:
    assert told_apart([], 0.5, 5) == ([], [])


def test_about_the_wanted_share_is_held_out() -> None:
    assert 25 <= len(told_apart(LESSONS, 0.1, 400)[1]) <= 55


def test_a_full_room_measures_exactly_as_many_as_fit() -> None:
    assert len(told_apart(list(dict.fromkeys(LESSONS)), 0.5, 7)[1]) == 7


def test_a_row_takes_a_few_bytes() -> None:
    chance = random.Random(7)  # noqa: S311 - no secrets
    rows = array("Q", (chance.getrandbits(64) for _ in range(100_000)))
    tracemalloc.start()
    sides = split(rows, 0.05, 500)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(map(sides.measures, rows)) == 500
    assert 94_500 < sum(map(sides.trains, rows)) < 95_500
    assert most < 30 * len(rows)
