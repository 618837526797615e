"""What was checked before a job trained."""

from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode
from domain.masking import IGNORED, Encoded, Span, labels
from domain.receipts import (
    LeakingPackError,
    NothingToLearnError,
    PackingProof,
    TooLongError,
    mask_receipt,
)
from domain.row_notes import RowNotes
from domain.row_set import RowSet
from domain.rows import BadRow
from tests.strategies import encoded_rows

ROW = Encoded(number=1, ids=(5, 6, 7, 2), trained=(Span(2, 4),))
some_rows = st.lists(encoded_rows(), min_size=1, max_size=6).map(tuple)


@given(some_rows)
def test_a_receipt_counts_what_the_labels_say(rows: tuple[Encoded, ...]) -> None:
    receipt = mask_receipt(RowSet.of(rows), RowNotes(), ["a⟦b⟧"])
    trained = [sum(label != IGNORED for label in labels(row)[1:]) for row in rows]
    assert (receipt.rows, receipt.tokens) == (len(rows), sum(len(row.ids) for row in rows))
    assert (receipt.trained_min, receipt.trained_total) == (min(trained), sum(trained))
    assert receipt.trained_median == median(trained)
    assert receipt.samples == ("a⟦b⟧",)


def test_a_receipt_says_what_became_of_the_other_rows() -> None:
    notes = RowNotes(format="text", read=9, cut_count=1, split_count=2, lost=6, open_ended=1)
    notes.note_bad(BadRow(3, "empty"))
    notes.note_left_out(4)
    receipt = mask_receipt(RowSet.of((ROW,)), notes, [])
    assert (receipt.bad_rows, receipt.bad) == (1, (BadRow(3, "empty"),))
    assert (receipt.over_long, receipt.over_long_dropped) == (1, (4,))
    assert (receipt.cut, receipt.split) == (1, 2)
    assert receipt.lost_share == 6 / 10
    assert not receipt.end_of_turn_trained
    assert len(receipt.remarks) == 5


def test_a_receipt_without_peculiarities_has_no_remarks() -> None:
    assert mask_receipt(RowSet.of((ROW,)), RowNotes(), []).remarks == ()


def test_without_rows_there_is_nothing_to_learn() -> None:
    with pytest.raises(NothingToLearnError, match="no row is left to train on"):
        mask_receipt(RowSet.of(()), RowNotes(), [])


def test_a_proof_holds_where_no_layer_leaks_and_a_refusal_names_the_layer() -> None:
    proof = PackingProof(rows=(4, 9), difference=0.5, tolerance=1e-3, attention="sdpa")
    assert proof.holds
    leaking = replace(proof, layer="model.layers.1")
    assert not leaking.holds
    assert "first in model.layers.1" in str(LeakingPackError(leaking))
    assert any("packing.fallback" in way for way in LeakingPackError(leaking).fix)


@given(st.lists(st.tuples(st.integers(1, 99), st.text(max_size=9)), max_size=150))
def test_notes_name_the_first_hundred_count_all_and_come_back_from_their_text(
    bad: list[tuple[int, str]],
) -> None:
    notes = RowNotes(format="messages", read=200)
    for number, problem in bad:
        notes.note_bad(BadRow(number, problem, "…"))
        notes.note_left_out(number)
    assert notes.bad_count == notes.over_long_count == len(bad)
    assert len(notes.bad) == len(notes.over_long) == min(len(bad), 100)
    assert RowNotes.of(notes.text()) == notes


def test_rows_that_are_too_long_are_named_with_the_ways_out() -> None:
    refusal = TooLongError(3, 2, longest=300, limit=256)
    assert str(refusal) == "2 rows are longer than 256 tokens, the first is row 3"
    assert refusal.why == "the longest has 300 tokens"
    assert refusal.code is ErrorCode.TOO_LONG
    assert any("data.over_long" in way for way in refusal.fix)
