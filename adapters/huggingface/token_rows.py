"""Spans of tokens: from spans of a text, from tokens that came as they are, and back."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from application.ports.model_loader import ChatTemplateError
from domain.conversation import TokenRow
from domain.masking import Encoded, Span
from domain.rows import BadRow


def first_token(offsets: Sequence[tuple[int, int]], place: int) -> int:
    """Give the token that begins at a character; offsets only ever grow."""
    start = bisect_right(offsets, place, key=itemgetter(1))
    if start < len(offsets) and offsets[start][0] < place:
        raise ChatTemplateError(
            "an answer begins with white space that is one token with what stands before it",
            fix=("take the white space at its beginning out",),
        )
    return start


def past_token(offsets: Sequence[tuple[int, int]], place: int) -> int:
    """Give the first token of which no character stands before a place."""
    return bisect_left(offsets, place, key=itemgetter(0))


def until_each(mark: int, ids: list[int]) -> Iterator[tuple[int, ...]]:
    """Cut ids that end with a mark after each mark, and leave it out."""
    place = 0
    while place < len(ids):
        end = ids.index(mark, place)
        yield tuple(ids[place:end])
        place = end + 1


def as_it_is(number: int, row: TokenRow, vocabulary: int) -> Encoded | BadRow:
    """Take tokens over; refuse those that the model does not have."""
    excerpt = " ".join(map(str, row.ids[:10]))
    if not row.ids:
        return BadRow(number, "there are no tokens")
    if len(row.ids) != len(row.trained):
        problem = f"{len(row.ids)} tokens, but {len(row.trained)} that say whether they are trained"
        return BadRow(number, problem, excerpt)
    if unknown := [one for one in row.ids if not 0 <= one < vocabulary]:
        problem = f"token {unknown[0]} is not in the vocabulary of {vocabulary} tokens"
        return BadRow(number, problem, excerpt)
    return Encoded(number=number, ids=row.ids, trained=tuple(_runs(row.trained)))


def cut(row: Encoded) -> Iterator[tuple[Span, bool]]:
    """Cut a row where trained begins or ends, from its first token to its last."""
    place = 0
    for span in row.trained:
        if place < span.start:
            yield Span(place, span.start), False
        yield span, True
        place = span.end
    if place < len(row.ids):
        yield Span(place, len(row.ids)), False


def _runs(trained: Sequence[bool]) -> Iterator[Span]:
    place = 0
    for is_trained, run in groupby(trained):
        start, place = place, place + len(list(run))
        if is_trained:
            yield Span(start, place)
