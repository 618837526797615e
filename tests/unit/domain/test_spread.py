from hypothesis import given
from hypothesis import strategies as st

from domain.spread import Spread, spread_of

numbers = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1)


def test_a_hundred_numbers_in_any_order() -> None:
    assert spread_of(range(100, 0, -1)) == Spread(least=1, median=50.5, p95=95, most=100)


def test_of_nothing_there_is_nothing_to_say() -> None:
    assert spread_of(()) is None


@given(numbers)
def test_95_percent_are_not_above_p95_and_fewer_are_not_above_a_smaller_one(
    found: list[int],
) -> None:
    spread = spread_of(found)
    assert spread is not None
    assert 100 * sum(each <= spread.p95 for each in found) >= 95 * len(found)
    smaller = [each for each in found if each < spread.p95]
    assert not smaller or 100 * len(smaller) < 95 * len(found)
    assert (spread.least, spread.most) == (min(found), max(found))
