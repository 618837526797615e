import hashlib
import os
import re
import tracemalloc
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from adapters.filesystem.dataset_source import FilesystemDatasetSource
from application.ports.dataset_source import ChangedDatasetError
from application.ports.inbox import UnreadableFileError
from domain.dataset import Dataset
from domain.rows import BadRow
from tests.contracts.dataset_source import ROWS, DatasetSourceContract


@dataclass(frozen=True, slots=True)
class Hall:
    root: Path
    numbers: "count[int]" = field(default_factory=count)

    def keep(self, content: bytes) -> Dataset:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.root / "datasets" / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return Dataset(sha256=sha256, name="rows.jsonl", size=len(content))

    def place(self, content: bytes) -> str:
        path = self.root / f"rows {next(self.numbers)}.jsonl"
        path.write_bytes(content)
        return str(path)

    def spoil(self, dataset: Dataset, content: bytes | None) -> None:
        path = self.root / "datasets" / dataset.sha256
        path.unlink()
        if content is not None:
            path.write_bytes(content)


@pytest.fixture
def source(tmp_path: Path) -> FilesystemDatasetSource:
    return FilesystemDatasetSource(tmp_path)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)


class TestFilesystemDatasetSource(DatasetSourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> FilesystemDatasetSource:
        return FilesystemDatasetSource(tmp_path)

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Hall:
        return Hall(tmp_path)


@pytest.mark.parametrize(
    ("line", "column", "problem"),
    [
        (b'{"a": 1, "a": 2}', 1, "'a' is there twice"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', 1, "'b' is there twice"),
        (b'{"NaN": "NaN", "b": NaN}', 21, "NaN"),
        (b'{"a": "1e999", "b": [-1e999]}', 22, "-1e999"),
        (b'{"a": ' + b"1" * 5000 + b"}", 1, "too many digits"),
        (b'{"a": "\\ud83d"}', 1, "surrogate"),
        (b'{"a": {"\\udc00": 1}}', 1, "surrogate"),
        ('{"é": "'.encode() + b'\xff"}', 8, "UTF-8"),
    ],
)
def test_fault_33_what_readers_take_differently_is_a_bad_row(
    source: FilesystemDatasetSource, hall: Hall, line: bytes, column: int, problem: str
) -> None:
    bad, good = source.rows_at(hall.place(b"\n" + line + b"\n{}\n"))
    assert isinstance(bad, BadRow)
    assert bad.number == 2
    assert re.match(f"column {column}: .*{problem}", bad.problem)
    assert good == (3, {})


def test_a_whole_surrogate_pair_is_a_letter(source: FilesystemDatasetSource, hall: Hall) -> None:
    location = hall.place(b'{"a": "\\ud83d\\ude00"}')
    assert list(source.rows_at(location)) == [(1, {"a": "😀"})]


def test_the_excerpt_is_short_and_safe_to_print(
    source: FilesystemDatasetSource, hall: Hall
) -> None:
    line = '{"a": "\x1b[31m\u202e🤔' + "x" * 500
    [bad] = source.rows_at(hall.place(line.encode()))
    assert isinstance(bad, BadRow)
    assert bad.excerpt.isprintable()
    assert "🤔" in bad.excerpt
    assert "\\x1b[31m\\u202e" in bad.excerpt
    assert len(bad.excerpt) < 120


def test_fault_33_a_giant_line_is_a_bad_row_that_is_never_held_whole(
    source: FilesystemDatasetSource, hall: Hall
) -> None:
    path = Path(hall.place(b'{"a": 1}\n{"a": "'))
    with path.open("r+b") as file:
        file.truncate(1 << 29)
        file.seek(0, os.SEEK_END)
        file.write(b'\n{"a": 2}\n')
    tracemalloc.start()
    try:
        first, bad, last = source.rows_at(str(path))
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert (first, last) == ((1, {"a": 1}), (3, {"a": 2}))
    assert isinstance(bad, BadRow)
    assert (bad.number, bad.problem) == (2, "column 1: it is longer than 8 MiB")


def test_a_long_line_that_fits_is_read(source: FilesystemDatasetSource, hall: Hall) -> None:
    line = b'{"a": "' + b"x" * (8 << 20)
    location = hall.place(line[: (8 << 20) - 3] + b'"}\n')
    [row] = source.rows_at(location)
    assert isinstance(row, tuple)


def test_what_is_no_file_is_refused(source: FilesystemDatasetSource, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("nowhere", "pipe", "."):
        with pytest.raises(UnreadableFileError):
            list(source.rows_at(str(tmp_path / name)))


def test_a_link_in_the_place_of_a_kept_dataset_is_refused(
    source: FilesystemDatasetSource, hall: Hall
) -> None:
    dataset = hall.keep(ROWS)
    kept = hall.root / "datasets" / dataset.sha256
    kept.rename(hall.root / "elsewhere")
    kept.symlink_to(hall.root / "elsewhere")
    with pytest.raises(ChangedDatasetError):
        list(source.rows(dataset))
