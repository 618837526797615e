"""Parquet and Arrow files."""

import hashlib
import io
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.huggingface.tables import table_rows
from application.ports.dataset_source import DataLineError
from domain.dataset import Dataset
from domain.rows import BadRow
from entrypoints import factories

Write = Callable[[pa.Table], bytes]
ROWS: list[dict[str, Any]] = [
    {
        "messages": [{"role": "user", "content": "é 🤔"}, {"role": "assistant", "content": None}],
        "number": number,
        "share": number / 3,
        "at": datetime(2026, 11, 22, tzinfo=UTC),
        "tags": ["a", "b"][: number % 3],
    }
    for number in range(3000)
]


def as_parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(table, sink, row_group_size=700)
    return sink.getvalue()


def as_file(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2000)
    return sink.getvalue()


def as_stream(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2000)
    return sink.getvalue()


@pytest.fixture(params=[as_parquet, as_file, as_stream], name="write")
def _write(request: pytest.FixtureRequest) -> Write:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(name="source")
def _source(tmp_path: Path) -> FilesystemDatasetSource:
    return FilesystemDatasetSource(tmp_path, factories.table_rows)


def placed(folder: Path, content: bytes, name: str = "rows.jsonl") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_rows_are_plain_values_numbered_from_1_whatever_the_name(
    source: FilesystemDatasetSource, tmp_path: Path, write: Write
) -> None:
    content = write(pa.Table.from_pylist(ROWS))
    for name in ("rows.parquet", "rows.arrow", "rows.jsonl", "rows"):
        found = list(source.rows_at(placed(tmp_path, content, name)))
        assert found == list(enumerate(ROWS, 1))


def test_a_kept_table_is_read_as_often_as_wanted_and_sampled(
    source: FilesystemDatasetSource, tmp_path: Path, write: Write
) -> None:
    content = write(pa.Table.from_pylist(ROWS))
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "datasets").mkdir()
    placed(tmp_path / "datasets", content, digest)
    for selection, count in {"": 3000, "[1000:2500]": 1500, "#5": 5, "#4000": 3000}.items():
        dataset = Dataset(sha256=digest, name="rows", size=len(content), selection=selection)
        assert sum(1 for _ in source.rows(dataset)) == count


def test_a_table_without_rows_has_none(
    source: FilesystemDatasetSource, tmp_path: Path, write: Write
) -> None:
    empty = pa.Table.from_pylist([], schema=pa.schema([("a", pa.string())]))
    assert list(source.rows_at(placed(tmp_path, write(empty)))) == []


@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_a_table_that_is_cut_short_is_refused_by_name(
    source: FilesystemDatasetSource, tmp_path: Path, write: Write, share: float
) -> None:
    content = write(pa.Table.from_pylist(ROWS))
    location = placed(tmp_path, content[: math.floor(len(content) * share)])
    with pytest.raises(DataLineError, match=r"^rows\.jsonl cannot be read beyond row \d+"):
        list(source.rows_at(location))


@pytest.mark.parametrize("begin", [b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff"])
@pytest.mark.parametrize("rest", [b"", b"\0" * 50, b"nothing of a table", b"\xff" * 64, b"PAR1"])
def test_what_only_begins_like_a_table_is_refused(
    source: FilesystemDatasetSource, tmp_path: Path, begin: bytes, rest: bytes
) -> None:
    with pytest.raises(DataLineError, match="cannot be read beyond row 0"):
        list(source.rows_at(placed(tmp_path, begin + rest)))


def test_two_columns_of_one_name_are_refused(
    source: FilesystemDatasetSource, tmp_path: Path, write: Write
) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(DataLineError) as refused:
        list(source.rows_at(placed(tmp_path, write(table))))
    assert "'a' is there twice" in refused.value.why


def test_fault_32_a_text_that_is_not_utf_8_makes_a_bad_row(write: Write) -> None:
    raw = pa.array([b"one", b"\xff\xfe", b"three"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 3, raw.buffers())
    content = write(pa.Table.from_arrays([texts], names=["a"]))
    kind = "parquet" if content.startswith(b"PAR1") else "arrow"
    first, bad, last = table_rows(io.BytesIO(content), kind, "rows")
    assert (first, last) == ((1, {"a": "one"}), (3, {"a": "three"}))
    assert isinstance(bad, BadRow)
    assert bad.number == 2


def test_rows_come_before_the_rest_is_decoded(write: Write) -> None:
    table = pa.Table.from_pylist([{"a": "x" * 1000 + str(number)} for number in range(50_000)])
    content = write(table)
    del table
    kind = "parquet" if content.startswith(b"PAR1") else "arrow"
    before = pa.total_allocated_bytes()
    for number, _ in enumerate(table_rows(io.BytesIO(content), kind, "rows")):
        if number % 10_000 == 0:
            assert pa.total_allocated_bytes() - before < 16 << 20
