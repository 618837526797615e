"""Rows of datasets that lie on a shelf in memory."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Never

from application.ports.dataset_source import ChangedDatasetError, DatasetSource
from application.ports.inbox import MissingFileError, UnreadableFileError
from domain.dataset import Dataset
from domain.rows import BadRow, NumberedRow
from domain.selection import select


class MemoryDatasetSource(DatasetSource):
    """Reads JSON lines from the shelf of an inbox."""

    def __init__(self, shelf: Mapping[str, bytes]) -> None:
        self._shelf = shelf

    def rows(self, dataset: Dataset) -> Iterator[NumberedRow | BadRow]:
        """Read what is selected of a kept dataset."""
        content = self._shelf.get(f"datasets/{dataset.sha256}", b"")
        if hashlib.sha256(content).hexdigest() != dataset.sha256:
            raise ChangedDatasetError(f"the bytes of {dataset.name} are gone or were changed")
        yield from select(lambda: _rows(content), dataset.selection)

    def rows_at(self, location: str) -> Iterator[NumberedRow | BadRow]:
        """Read anything else on the shelf."""
        if location not in self._shelf:
            raise MissingFileError(location)
        yield from _rows(self._shelf[location])


def _rows(content: bytes) -> Iterator[NumberedRow | BadRow]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("cannot read these bytes: they are UTF-16, not UTF-8")
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            yield _row(number, line)


def _row(number: int, line: bytes) -> NumberedRow | BadRow:
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        column = getattr(error, "colno", 1)
        return BadRow(number, f"column {column}: {error}", repr(line[:80]))
    if not isinstance(row, dict):
        return BadRow(number, "column 1: expected an object", repr(line[:80]))
    return number, row


def _refuse(literal: str) -> Never:
    raise ValueError(f"{literal} is not a number that JSON knows")
