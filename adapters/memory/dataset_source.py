"""Rows of datasets that lie on a shelf in memory."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Never

from application.ports.dataset_source import (
    ChangedDatasetError,
    DataLineError,
    DatasetSource,
    NumberedRow,
)
from application.ports.inbox import UnreadableFileError
from domain.dataset import Dataset


class MemoryDatasetSource(DatasetSource):
    """Reads JSON lines from the shelf of an inbox."""

    def __init__(self, shelf: Mapping[str, bytes]) -> None:
        self._shelf = shelf

    def rows(self, dataset: Dataset) -> Iterator[NumberedRow]:
        """Read a kept dataset."""
        content = self._shelf.get(f"datasets/{dataset.sha256}", b"")
        if hashlib.sha256(content).hexdigest() != dataset.sha256:
            raise ChangedDatasetError(f"the bytes of {dataset.name} are gone or were changed")
        yield from _rows(content, dataset.name)

    def rows_at(self, location: str) -> Iterator[NumberedRow]:
        """Read anything else on the shelf."""
        if location not in self._shelf:
            raise UnreadableFileError(f"cannot read {location}: there is no such file")
        yield from _rows(self._shelf[location], location)


def _rows(content: bytes, name: str) -> Iterator[NumberedRow]:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            yield number, _row(line, f"{name}, line {number}")


def _row(line: bytes, where: str) -> Mapping[str, object]:
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        column = getattr(error, "colno", 1)
        raise DataLineError(f"{where}, column {column}: {error}", why=repr(line[:80])) from error
    if not isinstance(row, dict):
        raise DataLineError(f"{where}, column 1: expected an object", why=repr(line[:80]))
    return row


def _refuse(literal: str) -> Never:
    raise ValueError(f"{literal} is not a number that JSON knows")
