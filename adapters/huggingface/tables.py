"""Rows of Parquet and Arrow files, a few at a time."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import ipc, parquet

from application.ports.dataset_source import DataLineError
from domain.rows import BadRow, NumberedRow

_AT_ONCE = 1024
_FAULTS = (pa.ArrowException, OSError, ValueError, KeyError)
_FILE_OF_BATCHES = b"ARROW1"


def table_rows(file: BinaryIO, kind: str, name: str) -> Iterator[NumberedRow | BadRow]:
    """Read the rows of an open file of the kind 'parquet' or 'arrow', numbered from 1."""
    number = 0
    try:
        for batch in _parquet(file) if kind == "parquet" else _arrow(file):
            for row in _rows(batch, number + 1):
                number += 1
                yield row
    except _FAULTS as error:
        raise DataLineError(
            f"{name} cannot be read beyond row {number}",
            why=str(error).partition("\n")[0],
            fix=("write the file again, it is damaged or cut short",),
        ) from error


def _parquet(file: BinaryIO) -> Iterator[Any]:
    with parquet.ParquetFile(file) as table:
        _require_names(table.schema_arrow)
        yield from table.iter_batches(batch_size=_AT_ONCE)


def _arrow(file: BinaryIO) -> Iterator[Any]:
    """Read either of the two forms; datasets writes the one that is read from front to back."""
    begins = file.read(len(_FILE_OF_BATCHES))
    file.seek(0)
    if begins == _FILE_OF_BATCHES:
        with ipc.open_file(file) as table:
            _require_names(table.schema)
            batches = (table.get_batch(place) for place in range(table.num_record_batches))
            yield from _slices(batches)
    else:
        with ipc.open_stream(file) as stream:
            _require_names(stream.schema)
            yield from _slices(stream)


def _slices(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        for begin in range(0, batch.num_rows, _AT_ONCE):
            yield batch.slice(begin, _AT_ONCE)


def _require_names(schema: Any) -> None:
    for name in schema.names:
        if not name or schema.names.count(name) > 1:
            raise ValueError(f"the column {name!r} is there twice" if name else "unnamed column")


def _rows(batch: Any, first: int) -> Iterator[NumberedRow | BadRow]:
    try:
        rows: list[Mapping[str, object]] = batch.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError):
        for place in range(batch.num_rows):
            yield _row(batch.slice(place, 1), first + place)
    else:
        yield from enumerate(rows, first)


def _row(batch: Any, number: int) -> NumberedRow | BadRow:
    try:
        [row] = batch.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError) as error:
        return BadRow(number, f"a value cannot be read: {error}")
    return number, row
