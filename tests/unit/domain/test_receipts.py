"""What was checked before a job trained."""

from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode
from domain.masking import IGNORED, Encoded, Span, labels
from domain.receipts import MaskReceipt, NothingToLearnError, TooLongError, mask_receipt
from tests.strategies import END_OF_TURN, encoded_rows

ROW = Encoded(number=1, ids=(5, 6, 7, 2), trained=(Span(2, 4),), marked="a⟦b⟧")
some_rows = st.lists(encoded_rows(), min_size=1, max_size=6).map(tuple)


@given(some_rows)
def test_a_receipt_counts_what_the_labels_say(rows: tuple[Encoded, ...]) -> None:
    receipt = mask_receipt(rows, END_OF_TURN)
    trained = [sum(label != IGNORED for label in labels(row)) for row in rows]
    assert (receipt.rows, receipt.tokens) == (len(rows), sum(len(row.ids) for row in rows))
    assert (receipt.trained_min, receipt.trained_total) == (min(trained), sum(trained))
    assert receipt.trained_median == median(trained)
    assert receipt.end_of_turn_trained
    assert receipt.samples == tuple(row.marked for row in rows)[:2]


def test_a_receipt_of_one_row() -> None:
    assert mask_receipt((ROW,), END_OF_TURN, dropped=(4, 9)) == MaskReceipt(
        rows=1,
        tokens=4,
        trained_min=2,
        trained_median=2,
        trained_total=2,
        end_of_turn_trained=True,
        over_long_dropped=(4, 9),
        samples=("a⟦b⟧",),
    )


@pytest.mark.parametrize(
    ("trained", "refusal"),
    [
        pytest.param((), "2 rows have no trained token, the first is row 77", id="nothing"),
        pytest.param(
            (Span(2, 3),),
            "the end of turn is not trained in 2 rows, the first is row 77",
            id="no end",
        ),
        pytest.param(
            (Span(0, 1), Span(2, 4)),
            "the end of turn is not trained in 2 rows, the first is row 77",
            id="no end of the first turn",
        ),
    ],
)
def test_rows_that_teach_too_little_are_refused_by_their_lines(
    trained: tuple[Span, ...], refusal: str
) -> None:
    broken = (replace(ROW, number=77, trained=trained), replace(ROW, number=90, trained=trained))
    with pytest.raises(NothingToLearnError, match=refusal):
        mask_receipt((ROW, *broken, ROW), END_OF_TURN)


def test_without_rows_there_is_nothing_to_learn() -> None:
    with pytest.raises(NothingToLearnError, match="no row is left to train on"):
        mask_receipt((), END_OF_TURN, dropped=(1, 2))


def test_rows_that_are_too_long_are_named_with_the_ways_out() -> None:
    refusal = TooLongError((3, 8), longest=300, limit=256)
    assert str(refusal) == "2 rows are longer than 256 tokens, the first is row 3"
    assert refusal.why == "the longest has 300 tokens"
    assert refusal.code is ErrorCode.TOO_LONG
    assert any("data.over_long" in way for way in refusal.fix)
