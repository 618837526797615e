"""Which rows are held out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role
from domain.lessons import example, words
from domain.splitting import Row, split

LESSONS = [example("Reverse", word) for word in words(400, seed=1)]
lessons = st.sampled_from(LESSONS)
numbered = st.lists(lessons, max_size=12).map(lambda said: list(enumerate(said, start=1)))
shares = st.floats(0, 0.5)
# Rows that no share up to a half holds out, so that a dataset always has one to train on.
ALWAYS_TRAINED = tuple(said for _, said in split(list(enumerate(LESSONS)), 0.5, 400)[0])


def number_again(said: list[Conversation]) -> list[Row]:
    return list(enumerate(said, start=1))


@given(numbered, shares, st.integers(0, 5))
def test_every_row_is_on_one_side_in_its_order(rows: list[Row], share: float, most: int) -> None:
    trained, held_out = split(rows, share, most)
    assert sorted([*trained, *held_out], key=lambda row: row[0]) == rows
    assert list(trained) == sorted(trained, key=lambda row: row[0])
    assert list(held_out) == sorted(held_out, key=lambda row: row[0])


@given(numbered, shares, st.integers(0, 5))
def test_at_most_so_many_are_held_out_and_one_is_always_trained(
    rows: list[Row], share: float, most: int
) -> None:
    trained, held_out = split(rows, share, most)
    assert len(held_out) <= most
    assert trained or not rows


@given(st.lists(lessons, min_size=1, max_size=5), st.integers(2, 4), shares)
def test_rows_that_say_the_same_are_never_on_both_sides(
    said: list[Conversation], copies: int, share: float
) -> None:
    trained, held_out = split(number_again(said * copies), share, 3)
    assert not {row for _, row in trained} & {row for _, row in held_out}


@given(numbered, numbered, shares, st.sampled_from(ALWAYS_TRAINED))
def test_adding_rows_moves_none_while_there_is_room(
    old: list[Row], new: list[Row], share: float, anchor: Conversation
) -> None:
    before = [anchor, *(said for _, said in old)]
    after = [*(said for _, said in new), *before]
    trained, held_out = split(number_again(before), share, len(before))
    trained_now, held_out_now = split(number_again(after), share, len(after))
    assert {said for _, said in trained} <= {said for _, said in trained_now}
    assert {said for _, said in held_out} <= {said for _, said in held_out_now}


@given(st.data(), numbered, shares, st.integers(0, 5))
def test_the_order_of_rows_does_not_matter(
    data: st.DataObject, rows: list[Row], share: float, most: int
) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert set(split(shuffled, share, most)[1]) == set(split(rows, share, most)[1])


@given(numbered, shares, shares, st.integers(0, 5))
def test_a_larger_share_holds_out_the_same_rows_and_more(
    rows: list[Row], one: float, other: float, most: int
) -> None:
    small, large = sorted((one, other))
    assert set(split(rows, small, most)[1]) <= set(split(rows, large, most)[1])


@given(numbered, shares)
def test_the_number_of_its_line_does_not_decide_about_a_row(rows: list[Row], share: float) -> None:
    moved = [(number + 100, said) for number, said in rows]
    assert [said for _, said in split(moved, share, 5)[1]] == [
        said for _, said in split(rows, share, 5)[1]
    ]


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_every_turn_decides_about_a_row(turn: int) -> None:
    opening = [Message(role, "same") for role in (Role.USER, Role.ASSISTANT) * 2]
    rows = []
    for number in range(60):
        other = replace(opening[turn], content=f"{number}")
        rows.append((number, Conversation((*opening[:turn], other, *opening[turn + 1 :]))))
    trained, held_out = split(rows, 0.5, 60)
    assert min(len(trained), len(held_out)) > 10


@given(numbered)
def test_a_share_of_nothing_holds_out_nothing(rows: list[Row]) -> None:
    assert split(rows, 0.0, 5) == (tuple(rows), ())


@given(numbered, shares)
def test_room_for_nothing_holds_out_nothing(rows: list[Row], share: float) -> None:
    assert split(rows, share, 0)[1] == ()


@given(lessons, shares)
def test_a_single_row_is_trained(said: Conversation, share: float) -> None:
    assert split([(1, said)], share, 5) == (((1, said),), ())


def test_no_rows_are_split_into_none() -> None:
    assert split([], 0.5, 5) == ((), ())


def test_about_the_wanted_share_is_held_out() -> None:
    _, held_out = split(number_again(LESSONS), 0.1, 400)
    assert 25 <= len(held_out) <= 55


def test_a_full_room_holds_out_exactly_as_many_as_fit() -> None:
    assert len(split(number_again(list(dict.fromkeys(LESSONS))), 0.5, 7)[1]) == 7
