"""Which tokens carry loss."""

from hypothesis import given

from domain.masking import IGNORED, Encoded, Span, labels, marked
from tests.strategies import END_OF_TURN, encoded_rows


@given(encoded_rows())
def test_a_label_is_the_id_of_a_trained_token_and_ignored_elsewhere(row: Encoded) -> None:
    trained = {place for span in row.trained for place in range(span.start, span.end)}
    wanted = [id_ if place in trained else IGNORED for place, id_ in enumerate(row.ids)]
    assert labels(row) == wanted
    assert row.trained_count == len(trained - {0})  # nothing predicts the first token


@given(encoded_rows())
def test_every_trained_turn_ends_with_its_end(row: Encoded) -> None:
    assert row.ends_with(END_OF_TURN)
    assert not row.ends_with(END_OF_TURN + 1000)


def test_one_turn_without_its_end_is_noticed() -> None:
    row = Encoded(number=1, ids=(5, 2, 6, 7, 2), trained=(Span(0, 2), Span(2, 4)))
    assert not row.ends_with(2)


def test_a_row_without_spans_trains_nothing() -> None:
    row = Encoded(number=1, ids=(5, 6), trained=())
    assert (labels(row), row.trained_count) == ([IGNORED, IGNORED], 0)


def test_what_a_template_writes_after_an_end_does_not_hide_it() -> None:
    assert Encoded(number=1, ids=(5, 2, 9), trained=(Span(0, 3),)).ends_with(2)


def test_people_see_what_is_trained_between_brackets() -> None:
    assert marked([("why? ", False), ("so.", True), ("\n", False)]) == "why? ⟦so.⟧\n"
    assert marked([]) == ""
