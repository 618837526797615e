"""Rows without turns: plain text, and tokens that somebody else has made."""

from collections.abc import Mapping

from domain.conversation import PlainText, RowError, TokenRow
from domain.formats.fields import kind_of, text
from domain.masking import IGNORED

_MASKS = ("assistant_masks", "completion_mask")


def plain(row: Mapping[str, object]) -> PlainText:
    """Read the column 'text'."""
    return PlainText(text(row.get("text"), "'text'"))


def tokens(row: Mapping[str, object]) -> TokenRow:
    """Read ids; a token is trained unless labels or a mask take it out."""
    ids = _ids(row.get("input_ids"))
    _refuse_padded(row, ids)
    _refuse_packed(row, ids)
    trained = [True] * len(ids)
    for column in ("labels", *_MASKS):
        if row.get(column) is not None:
            said = _as_many(row[column], ids, column)
            wanted = _labelled(said, ids) if column == "labels" else _masked(said, column)
            trained = [one and other for one, other in zip(trained, wanted, strict=True)]
    if not any(trained):
        raise RowError("no token is trained: nothing to learn")
    return TokenRow(tuple(ids), tuple(trained))


def _ids(value: object) -> list[int]:
    if not isinstance(value, list) or not value:
        raise RowError(f"'input_ids': expected a list of token ids, found {kind_of(value)}")
    for place, each in enumerate(value, start=1):
        if type(each) is not int or each < 0:
            raise RowError(f"'input_ids', token {place}: not a token id")
    return value


def _as_many(value: object, ids: list[int], column: str) -> list[object]:
    if not isinstance(value, list):
        raise RowError(f"'{column}': expected a list, found {kind_of(value)}")
    if len(value) != len(ids):
        raise RowError(f"'{column}': {len(value)} values for {len(ids)} tokens")
    return value


def _labelled(labels: list[object], ids: list[int]) -> list[bool]:
    for place, (label, token) in enumerate(zip(labels, ids, strict=True), start=1):
        if type(label) is not int or label not in (token, IGNORED):
            raise RowError(f"'labels', token {place}: neither its id nor {IGNORED}")
    return [label != IGNORED for label in labels]


def _masked(mask: list[object], column: str) -> list[bool]:
    for place, each in enumerate(mask, start=1):
        if not isinstance(each, int) or each not in (0, 1):
            raise RowError(f"'{column}', token {place}: expected 0 or 1")
    return [bool(each) for each in mask]


def _refuse_padded(row: Mapping[str, object], ids: list[int]) -> None:
    attended = row.get("attention_mask")
    if attended is not None and not all(
        _masked(_as_many(attended, ids, "attention_mask"), "attention_mask")
    ):
        raise RowError("'attention_mask' leaves tokens out: give the row without its padding")
    if row.get("length") not in (None, len(ids)):
        raise RowError(f"'length' is not that of the row, {len(ids)} tokens")


def _refuse_packed(row: Mapping[str, object], ids: list[int]) -> None:
    """Refuse several examples in one row: nothing would keep them from seeing each other."""
    places, lengths = row.get("position_ids"), row.get("seq_lengths")
    if places not in (None, list(range(len(ids)))) or lengths not in (None, [len(ids)]):
        raise RowError("several examples are packed into the row: give each its own")
