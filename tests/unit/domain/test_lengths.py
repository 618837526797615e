"""What happens to rows that are too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.lengths import fitting
from domain.masking import Encoded
from domain.receipts import TooLongError
from domain.settings.data import OverLong
from tests.strategies import encoded_rows

some_rows = st.lists(encoded_rows(), max_size=6)


def a_row(number: int, length: int) -> Encoded:
    return Encoded(number=number, ids=tuple(range(length)), trained=())


@given(some_rows, st.integers(1, 30))
def test_dropping_leaves_out_whole_rows_and_cuts_none(rows: list[Encoded], limit: int) -> None:
    fit, dropped = fitting(rows, limit, OverLong.DROP)
    assert list(fit) == [row for row in rows if len(row.ids) <= limit]
    assert len(fit) + len(dropped) == len(rows)


@given(some_rows, st.sampled_from(OverLong))
def test_rows_that_fit_are_all_taken(rows: list[Encoded], policy: OverLong) -> None:
    assert fitting(rows, 1000, policy) == (tuple(rows), ())


def test_a_row_of_exactly_the_limit_fits() -> None:
    fit, dropped = fitting([a_row(1, 8), a_row(2, 9)], 8, OverLong.DROP)
    assert ([row.number for row in fit], dropped) == ([1], (2,))


def test_refusing_names_the_rows_and_the_longest() -> None:
    with pytest.raises(TooLongError) as refusal:
        fitting([a_row(4, 9), a_row(5, 3), a_row(6, 12)], 8, OverLong.REFUSE)
    assert str(refusal.value) == "2 rows are longer than 8 tokens, the first is row 4"
    assert refusal.value.why == "the longest has 12 tokens"
