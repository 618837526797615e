"""Rows of a dataset as examples, each with the number of its line."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from domain.conversation import Example, RowError
from domain.errors import ErrorCode, GuildError
from domain.fingerprint import Repetitions, fingerprint
from domain.formats.reading import Reading, parse, settle
from domain.settings.data import BadRows, DataFormat
from domain.text import printable

_FIRST = 20
_EXCERPT = 80
_KEPT_BAD = 100
_SHOWN_BAD = 3


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used; number is its line from 1, excerpt how it begins."""

    number: int
    problem: str
    excerpt: str = ""


NumberedRow = tuple[int, Mapping[str, object]]
Row = tuple[int, Example]


class BadRowsError(GuildError):
    """Rows of a dataset cannot be used."""

    code = ErrorCode.DATA_LINE

    def __init__(self, first: Sequence[BadRow], count: int, of: int) -> None:
        drop = "or set data.bad_rows to drop: they are left out, counted and listed"
        begins = f"it begins: {first[0].excerpt}" if first[0].excerpt else ""
        more = [f"line {bad.number}: {bad.problem}" for bad in first[1:_SHOWN_BAD]]
        super().__init__(
            f"{count} of {of} rows cannot be used, "
            f"the first is line {first[0].number}: {first[0].problem}",
            why="; then ".join(filter(None, (begins, *more))),
            fix=("correct the lines, or take them out", *((drop,) if count < of else ())),
        )
        self.first = tuple(first)
        self.count = count


class RowReader:
    """Reads rows one after another; format is told by the first ones, where it is not set."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.format = reading.format

    def read(self, rows: Iterable[NumberedRow | BadRow]) -> Iterator[Row | BadRow]:
        """Give every row as an example or as bad, in order, holding back the first 20 at most.

        Raise RowError where those have no known format, or not the columns that the settings name.
        """
        rest = iter(rows)
        for row in rest:
            if isinstance(row, BadRow):
                yield row
                continue
            head = [row, *islice(rest, _FIRST - 1)]
            good = [each[1] for each in head if not isinstance(each, BadRow)]
            self.format = settle(good, self._reading)
            for each in chain(head, rest):
                yield each if isinstance(each, BadRow) else self._example(*each)

    def _example(self, number: int, row: Mapping[str, object]) -> Row | BadRow:
        try:
            return number, parse(row, self._reading, self.format)
        except RowError as error:
            return BadRow(number, str(error), _excerpt(row))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A dataset as a whole: usable rows, the first bad ones, and rows that say the same again."""

    format: DataFormat
    rows: int
    bad: tuple[BadRow, ...]
    bad_count: int
    duplicates: int


class _BadRows:
    """Counts bad rows and keeps the first."""

    def __init__(self) -> None:
        self.first: list[BadRow] = []
        self.count = 0

    def add(self, bad: BadRow) -> None:
        self.count += 1
        if len(self.first) < _KEPT_BAD:
            self.first.append(bad)

    def judge(self, usable: int, policy: BadRows) -> None:
        """Refuse a dataset with bad rows, where they are not dropped, or without others."""
        if self.count and (policy is BadRows.REFUSE or not usable):
            raise BadRowsError(self.first, self.count, usable + self.count)
        if not usable:
            raise RowError("the file holds no rows")


def survey(rows: Iterable[NumberedRow | BadRow], reading: Reading, policy: BadRows) -> Survey:
    """Read every row and keep none; refuse a dataset that cannot be trained on."""
    reader, bad, seen, usable = RowReader(reading), _BadRows(), Repetitions(), 0
    for row in reader.read(rows):
        if isinstance(row, BadRow):
            bad.add(row)
        else:
            usable += 1
            seen.add(fingerprint(row[1]))
    bad.judge(usable, policy)
    return Survey(
        format=reader.format,
        rows=usable,
        bad=tuple(bad.first),
        bad_count=bad.count,
        duplicates=seen.count(),
    )


def usable_rows(
    rows: Iterable[NumberedRow | BadRow], reading: Reading, policy: BadRows
) -> list[Row]:
    """Read every row into memory; refuse what survey refuses."""
    bad, good = _BadRows(), list[Row]()
    for row in RowReader(reading).read(rows):
        if isinstance(row, BadRow):
            bad.add(row)
        else:
            good.append(row)
    bad.judge(len(good), policy)
    return good


def _excerpt(row: Mapping[str, object]) -> str:
    """Give the beginning of the row's JSON, without writing more of it than is shown."""
    begin = ""
    for part in json.JSONEncoder(ensure_ascii=False, default=str).iterencode(row):
        begin += part
        if len(begin) >= _EXCERPT:
            break
    return printable(begin[:_EXCERPT])
