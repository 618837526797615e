"""Rows in columns with commas or tabs between them, under a line of names."""

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from adapters.filesystem.lines import LONGEST, excerpt_of, lines_of
from application.ports.dataset_source import DataLineError
from domain.rows import BadRow, NumberedRow

_SEPARATORS = ("\t", ",", ";")


def separated_rows(file: BinaryIO, name: str) -> Iterator[NumberedRow | BadRow]:
    """Read rows under the names of their columns, every value as a text.

    The number of a row is the line in which it begins. A quote that is never closed ends the
    reading: it would swallow every row behind it.
    """
    csv.field_size_limit(LONGEST)  # of the whole process: the default is 128 KiB
    lines = _Lines(lines_of(file), name)
    names = _header(lines)
    for values in _records(lines):
        if isinstance(values, BadRow):
            yield values
        elif len(values) != len(names):
            yield lines.bad(f"expected {len(names)} values, found {len(values)}")
        else:
            yield lines.begun, dict(zip(names, values, strict=True))


class _Lines(Iterator[str]):
    """Lines as texts for the reader of the standard library; it knows where the row began."""

    def __init__(self, lines: Iterator[tuple[int, bytes]], name: str) -> None:
        self._lines, self.name = lines, name
        self.number = self.begun = 0
        self._first, self.fault = b"", ""
        self.separator = ","

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if not self.begun:
            self.begun, self._first = self.number, line
        if len(line) > LONGEST:
            raise self.refuse(f"it is longer than {LONGEST >> 20} MiB")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            column = len(line[: error.start].decode("utf-8")) + 1
            self.fault = self.fault or f"line {self.number}, column {column}: not UTF-8"
            return line.decode("utf-8", "replace")
        if "\0" in text:
            column = text.index("\0") + 1
            self.fault = self.fault or f"line {self.number}, column {column}: a NUL byte"
        return text

    def begin(self) -> None:
        """Await another row."""
        self.begun, self.fault = 0, ""

    def bad(self, problem: str) -> BadRow:
        """Give the row that was read last as one that cannot be used."""
        return BadRow(self.begun, problem, excerpt_of(self._first.rstrip(b"\r\n")))

    def refuse(self, problem: str) -> DataLineError:
        """Say why reading ends with the row that was read last."""
        return DataLineError(
            f"{self.name}, line {self.begun or 1}: {problem}",
            why=f"it begins: {excerpt_of(self._first.rstrip())}",
            fix=('write a line of column names, then one row in each line, with " doubled',),
        )


def _records(lines: _Lines) -> Iterator[Sequence[str] | BadRow]:
    reader = csv.reader(lines, delimiter=lines.separator, strict=True)
    while True:
        lines.begin()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _after(error, lines)
            continue
        if values:
            yield lines.bad(lines.fault) if lines.fault else values


def _after(error: csv.Error, lines: _Lines) -> BadRow:
    """Go on where the next line is a new row for sure."""
    if str(error) == "unexpected end of data":
        raise lines.refuse("the quote is never closed") from error
    if str(error).startswith("field larger"):
        raise lines.refuse(f"a value is longer than {LONGEST >> 20} MiB") from error
    return lines.bad(_said(error))


def _header(lines: _Lines) -> Sequence[str]:
    first = next((line for line in lines if line.strip()), "")
    lines.separator = next((mark for mark in _SEPARATORS if mark in first), ",")
    lines.begun = lines.number
    try:
        names = next(csv.reader([first], delimiter=lines.separator, strict=True), [])
    except csv.Error as error:
        raise lines.refuse(_said(error)) from error
    if lines.fault:
        raise lines.refuse(lines.fault)
    if any(not name.strip() for name in names):
        raise lines.refuse("a column has no name")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise lines.refuse(f"the column {twice!r} is there twice")
    return names


def _said(error: csv.Error) -> str:
    return str(error).partition(" - ")[0]
