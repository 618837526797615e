"""How a long series is shown short."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.thinning import thin

series = st.integers(0, 400).map(range)


@given(series, st.integers(1, 50))
def test_at_most_so_many_are_shown_in_their_order(items: range, most: int) -> None:
    shown = thin(items, most)
    assert len(shown) == min(most, len(items))
    assert list(shown) == sorted(set(shown))


@given(series, st.integers(2, 50))
def test_the_first_and_the_last_are_always_shown(items: range, most: int) -> None:
    shown = thin(items, most)
    assert (shown[:1], shown[-1:]) == (tuple(items[:1]), tuple(items[-1:]))


@given(series, st.integers(2, 50))
def test_what_is_shown_is_evenly_apart(items: range, most: int) -> None:
    shown = thin(items, most)
    gaps = {later - earlier for earlier, later in pairwise(shown)}
    assert max(gaps, default=0) - min(gaps, default=0) <= 1


@given(series, st.integers(0, 50))
def test_a_short_series_is_shown_whole_and_so_is_any_without_a_limit(
    items: range, room: int
) -> None:
    assert thin(items, len(items) + room) == tuple(items)
    assert thin(items, 0) == tuple(items)


def test_of_one_item_the_last_is_shown() -> None:
    assert thin("abc", 1) == ("c",)
