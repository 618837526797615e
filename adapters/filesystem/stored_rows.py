"""Prepared rows in files, read a row at a time."""

import errno
import os
from array import array
from collections.abc import Mapping, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Literal, overload
from weakref import finalize

from adapters.filesystem.prepared_files import COLUMNS, IDS, NOTES, column
from application.ports.token_store import Prepared
from domain.masking import Encoded, Span

_BYTES_AN_ID = 4


def opened(folder: Path) -> Prepared:
    """Give the rows of whole files; they stay readable when those are moved or removed."""
    kinds = {name: kind for name, kind in COLUMNS.items() if name != IDS}
    columns = {name: _mapped(column(folder, name), kind) for name, kind in kinds.items()}
    return Prepared(
        rows=StoredRows(column(folder, IDS), columns),
        numbers=columns["numbers"],
        lengths=columns["lengths"],
        trained=columns["trained"],
        fingerprints=columns["fingerprints"],
        notes=(folder / NOTES).read_bytes().decode("utf-8", "surrogatepass"),
    )


class StoredRows(Sequence[Encoded]):
    """Makes a row when it is asked for.

    Its token ids are read, not mapped: the pages of a map count as memory of the process, and a
    job goes through all of them. What is small for each row is mapped.
    """

    def __init__(self, ids: Path, columns: Mapping[str, Sequence[int]]) -> None:
        self._ids = os.open(ids, os.O_RDONLY | os.O_CLOEXEC)
        finalize(self, os.close, self._ids)
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns["lengths"])

    @overload
    def __getitem__(self, place: int) -> Encoded: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Encoded]: ...
    def __getitem__(self, place: int | slice) -> Encoded | Sequence[Encoded]:
        if isinstance(place, slice):
            return [self._row(row) for row in range(len(self))[place]]
        return self._row(range(len(self))[place])

    def _row(self, row: int) -> Encoded:
        columns = self._columns
        first, end = columns["spans_end"][row - 1] if row else 0, columns["spans_end"][row]
        edges = iter(columns["spans"][2 * first : 2 * end])
        return Encoded(
            number=columns["numbers"][row],
            ids=self._read(columns["ids_end"][row], columns["lengths"][row]),
            trained=tuple(map(Span, edges, edges)),
            lost=columns["lost"][row],
        )

    def _read(self, end: int, length: int) -> tuple[int, ...]:
        size = length * _BYTES_AN_ID
        block = os.pread(self._ids, size, end * _BYTES_AN_ID - size)
        if len(block) != size:
            raise OSError(errno.EIO, "prepared rows were cut off while they were in use")
        return tuple(array("I", block))


def _mapped(path: Path, kind: Literal["I", "Q"]) -> Sequence[int]:
    with path.open("rb") as file:
        empty = not os.fstat(file.fileno()).st_size
        content = b"" if empty else mmap(file.fileno(), 0, access=ACCESS_READ)
    return memoryview(content).cast(kind)
