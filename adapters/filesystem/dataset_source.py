"""Rows of datasets that lie in files, one JSON object a line."""

from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path

from adapters.filesystem.atomic import sha256_of
from adapters.filesystem.json_lines import BOM, LONGEST, BadLineError, parse_line
from adapters.filesystem.names import printable
from adapters.filesystem.regular_file import open_regular
from application.ports.dataset_source import (
    ChangedDatasetError,
    DataLineError,
    DatasetSource,
    NumberedRow,
)
from application.ports.inbox import UnreadableFileError
from domain.dataset import Dataset

_SHOWN = 80


class FilesystemDatasetSource(DatasetSource):
    """Reads JSON lines: kept ones from datasets/<sha256> of a hall, others from where they lie."""

    def __init__(self, hall: Path) -> None:
        self._datasets = hall / "datasets"

    def rows(self, dataset: Dataset) -> Iterator[NumberedRow]:
        """Read a kept dataset; its digest is checked before the first row."""
        try:
            file = open_regular(self._datasets / dataset.sha256, follow=False)
        except UnreadableFileError as error:
            raise _changed(dataset, str(error)) from error
        with file:
            if (found := sha256_of(file)) != dataset.sha256:
                raise _changed(dataset, f"the digest of the bytes is {found}")
            file.seek(0)
            yield from _rows(file, dataset.name)

    def rows_at(self, location: str) -> Iterator[NumberedRow]:
        """Read any other file."""
        path = Path(location)
        with open_regular(path) as file:
            yield from _rows(file, printable(path.name))


def _rows(file: BufferedReader, name: str) -> Iterator[NumberedRow]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(BOM)
        if line.strip():
            yield number, _row(name, number, line.rstrip(b"\r\n"))


def _row(name: str, number: int, line: bytes) -> Mapping[str, object]:
    try:
        return parse_line(line)
    except BadLineError as error:
        begin = line[: 4 * _SHOWN].decode("utf-8", "backslashreplace")[:_SHOWN]
        raise DataLineError(
            f"{name}, line {number}, column {error.column}: {error.problem}",
            why=f"the line begins: {printable(begin)}",
            fix=("write one JSON object in each line, in UTF-8",),
        ) from error


def _changed(dataset: Dataset, why: str) -> ChangedDatasetError:
    return ChangedDatasetError(
        f"the bytes of {dataset.name} are gone or were changed",
        why=why,
        fix=(f"remove datasets/{dataset.sha256} if it is there, and add the file again",),
    )
