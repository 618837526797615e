"""Which rows share a pack."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.packing import OversizeError, best_fit, fill

CAPACITY = 40
lengths_of_rows = st.lists(st.integers(1, CAPACITY), max_size=80)


def naive(lengths: list[int], capacity: int) -> list[int]:
    """Give the room left in each pack, found by looking at all of them."""
    rooms: list[int] = []
    for length in sorted(lengths, reverse=True):
        open_packs = [place for place, room in enumerate(rooms) if room >= length]
        if open_packs:
            rooms[min(open_packs, key=rooms.__getitem__)] -= length
        else:
            rooms.append(capacity - length)
    return rooms


@given(lengths_of_rows)
def test_every_row_is_in_one_pack_and_no_pack_is_too_full(lengths: list[int]) -> None:
    packs = best_fit(lengths, CAPACITY)
    assert sorted(row for pack in packs for row in pack) == list(range(len(lengths)))
    assert all(0 < sum(lengths[row] for row in pack) <= CAPACITY for pack in packs)


@given(lengths_of_rows)
def test_packs_are_those_of_a_search_through_all(lengths: list[int]) -> None:
    packs = best_fit(lengths, CAPACITY)
    left = sorted(CAPACITY - sum(lengths[row] for row in pack) for pack in packs)
    assert left == sorted(naive(lengths, CAPACITY))


@given(lengths_of_rows)
def test_the_same_lengths_give_the_same_packs(lengths: list[int]) -> None:
    assert best_fit(lengths, CAPACITY) == best_fit(list(lengths), CAPACITY)


@given(lengths_of_rows)
def test_packs_are_few(lengths: list[int]) -> None:
    # The bound of best-fit-decreasing: 11/9 of the best possible and 6/9 of a pack.
    fewest = -(-sum(lengths) // CAPACITY)
    assert len(best_fit(lengths, CAPACITY)) <= max(2 * fewest, 1)


def test_a_row_that_fits_nowhere_is_refused_with_both_lengths() -> None:
    with pytest.raises(OversizeError, match="41 tokens does not fit into 40"):
        best_fit([3, 41], CAPACITY)


def test_skewed_lengths_fill_packs_of_1024_to_at_least_98_percent() -> None:
    chance = random.Random(1)  # noqa: S311 - lengths, not secrets
    lengths = [max(8, min(1024, int(chance.lognormvariate(5.25, 0.75)))) for _ in range(5000)]
    assert fill(lengths, len(best_fit(lengths, 1024)), 1024) >= 0.98


def test_no_rows_fill_no_packs() -> None:
    assert best_fit([], CAPACITY) == []
    assert fill([], 0, CAPACITY) == 1.0
