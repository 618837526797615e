"""Rows of a dataset as conversations, each with the number of its line."""

from collections.abc import Iterable, Iterator, Mapping

from domain.conversation import Format, RowError, parse, recognise
from domain.splitting import Row

NumberedRow = tuple[int, Mapping[str, object]]


def conversations(rows: Iterable[NumberedRow]) -> Iterator[tuple[Format, Row]]:
    """Read every row in the format of the first; a row that says nothing is refused by number."""
    kind: Format | None = None
    for number, row in rows:
        try:
            kind = kind or recognise(row)
            yield kind, (number, parse(row, kind))
        except RowError as error:
            raise RowError(
                f"line {number}: {error}", why=error.why, fix=("correct the line, or take it out",)
            ) from error


def survey(rows: Iterable[NumberedRow]) -> tuple[Format, int]:
    """Read every row and count them; refuse a dataset without rows."""
    kind: Format | None = None
    count = 0
    for found, _ in conversations(rows):
        kind, count = found, count + 1
    if kind is None:
        raise RowError("the file holds no rows")
    return kind, count
