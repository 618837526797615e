"""How rows without turns are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import PlainText, RowError, TokenRow
from domain.formats.texts import plain, tokens
from domain.masking import IGNORED
from tests.strategies import words

IDS = [5, 6, 7]
kept = st.lists(st.tuples(st.integers(0, 200_000), st.booleans()), min_size=1).filter(
    lambda found: any(trained for _, trained in found)
)


@given(words)
def test_a_text_is_taken_as_it_is(said: str) -> None:
    assert plain({"text": said, "meta": {}}) == PlainText(said)


@pytest.mark.parametrize("value", [None, 7, "", " \n", ["a"], "a\0", "\ud800"])
def test_a_text_that_says_nothing_is_refused(value: object) -> None:
    with pytest.raises(RowError, match=r"^'text': "):
        plain({"text": value})


def test_without_labels_and_masks_every_token_is_trained() -> None:
    assert tokens({"input_ids": IDS}) == TokenRow((5, 6, 7), (True, True, True))


@pytest.mark.parametrize("column", ["labels", "assistant_masks", "completion_mask"])
@given(found=kept)
def test_labels_or_a_mask_say_what_is_trained(column: str, found: list[tuple[int, bool]]) -> None:
    ids, trained = (list(part) for part in zip(*found, strict=True))
    labels = [token if wanted else IGNORED for token, wanted in found]
    said = labels if column == "labels" else [int(wanted) for wanted in trained]
    assert tokens({"input_ids": ids, column: said}) == TokenRow(tuple(ids), tuple(trained))


def test_of_several_masks_each_takes_tokens_out() -> None:
    row = {
        "input_ids": [5, 6, 7, 8],
        "labels": [IGNORED, 6, 7, 8],
        "assistant_masks": [True, False, True, True],
        "completion_mask": [1, 1, 1, 0],
    }
    assert tokens(row).trained == (False, False, True, False)


def test_a_table_may_hold_nothing_in_the_columns_that_a_row_does_not_need() -> None:
    empty = dict.fromkeys(("labels", "assistant_masks", "attention_mask", "length"))
    assert tokens({"input_ids": IDS, **empty}) == tokens({"input_ids": IDS})


def test_columns_that_say_nothing_new_are_let_be() -> None:
    row = {"attention_mask": [1, 1, 1], "length": 3, "position_ids": [0, 1, 2], "seq_lengths": [3]}
    assert tokens({"input_ids": IDS, **row}) == tokens({"input_ids": IDS})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"input_ids": None}, "'input_ids': expected a list of token ids, found nothing"),
        ({"input_ids": []}, "'input_ids': expected a list of token ids, found a list"),
        ({"input_ids": "5 6"}, "'input_ids': expected a list of token ids, found a text"),
        ({"input_ids": [5, -1]}, "'input_ids', token 2: not a token id"),
        ({"input_ids": [True]}, "'input_ids', token 1: not a token id"),
        ({"input_ids": [5.0]}, "'input_ids', token 1: not a token id"),
        ({"input_ids": [[5]]}, "'input_ids', token 1: not a token id"),
        ({"labels": [5, 6]}, "'labels': 2 values for 3 tokens"),
        ({"labels": 5}, "'labels': expected a list, found a number"),
        ({"labels": [5, 7, 7]}, "'labels', token 2: neither its id nor -100"),
        ({"labels": [5, 6, None]}, "'labels', token 3: neither its id nor -100"),
        ({"labels": [IGNORED] * 3}, "no token is trained: nothing to learn"),
        ({"completion_mask": [0, 0, 0]}, "no token is trained: nothing to learn"),
        ({"completion_mask": [0, 1, 2]}, "'completion_mask', token 3: expected 0 or 1"),
        ({"assistant_masks": [0, 1, 0.5]}, "'assistant_masks', token 3: expected 0 or 1"),
        ({"attention_mask": [1, 1, 0]}, "'attention_mask' leaves tokens out"),
        ({"attention_mask": [1, 1]}, "'attention_mask': 2 values for 3 tokens"),
        ({"length": 4}, "'length' is not that of the row, 3 tokens"),
        ({"position_ids": [0, 1, 0]}, "several examples are packed into the row"),
        ({"seq_lengths": [2, 1]}, "several examples are packed into the row"),
    ],
)
def test_tokens_that_cannot_be_used_are_refused(row: dict[str, object], reason: str) -> None:
    with pytest.raises(RowError) as refused:
        tokens({"input_ids": IDS, **row})
    assert str(refused.value).startswith(reason)
