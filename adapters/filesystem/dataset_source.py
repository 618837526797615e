"""Rows of datasets that lie in files."""

from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from adapters.filesystem.atomic import sha256_of
from adapters.filesystem.compression import Limits
from adapters.filesystem.content import content_of
from adapters.filesystem.json_lines import json_lines
from adapters.filesystem.json_list import json_list
from adapters.filesystem.kinds import Kind
from adapters.filesystem.regular_file import open_regular, unreadable
from adapters.filesystem.separated import separated_rows
from application.ports.dataset_source import ChangedDatasetError, DatasetSource
from application.ports.inbox import UnreadableFileError
from domain.dataset import Dataset
from domain.rows import BadRow, NumberedRow
from domain.selection import select
from domain.text import printable

Rows = Iterator[NumberedRow | BadRow]
Tables = Callable[[BinaryIO, str, str], Rows]
"""Reads an open file of the kind 'parquet' or 'arrow'; the name is for what is said about it."""


class FilesystemDatasetSource(DatasetSource):
    """Reads kept files from datasets/<sha256> of a hall, others from where they lie.

    The kind is what the first bytes say, whatever the ending of the name. tables reads what is no
    text, limits bound what a packed file may become.
    """

    def __init__(
        self, hall: Path, tables: Tables | None = None, limits: Limits | None = None
    ) -> None:
        self._datasets = hall / "datasets"
        self._tables = tables
        self._limits = limits or Limits()

    def rows(self, dataset: Dataset) -> Rows:
        """Read a kept dataset; its digest is checked before the first row."""
        try:
            file = open_regular(self._datasets / dataset.sha256, follow=False)
        except UnreadableFileError as error:
            raise _changed(dataset, str(error)) from error
        with file:
            if (found := sha256_of(file)) != dataset.sha256:
                raise _changed(dataset, f"the digest of the bytes is {found}")
            yield from select(lambda: self._rows(file, dataset.name), dataset.selection)

    def rows_at(self, location: str) -> Rows:
        """Read any other file."""
        path = Path(location)
        with open_regular(path) as file:
            yield from self._rows(file, printable(path.name))

    def _rows(self, file: BufferedReader, name: str) -> Rows:
        content = content_of(file, name, self._limits)
        match content.kind:
            case Kind.JSON_LINES:
                return json_lines(content.file)
            case Kind.JSON:
                return json_list(content.file, name)
            case Kind.SEPARATED:
                return separated_rows(content.file, name)
        if self._tables is None:
            raise unreadable(name, f"there is no reader for {content.kind} files here")
        return self._tables(content.file, content.kind.value, name)


def _changed(dataset: Dataset, why: str) -> ChangedDatasetError:
    return ChangedDatasetError(
        f"the bytes of {dataset.name} are gone or were changed",
        why=why,
        fix=(f"remove datasets/{dataset.sha256} if it is there, and add the file again",),
    )
