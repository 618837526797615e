"""Files of every kind of text, whatever the endings of their names."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.filesystem.kinds import ENDINGS
from application.ports.inbox import UnreadableFileError
from domain.rows import BadRow, NumberedRow

Read = Callable[[str, bytes], list[NumberedRow | BadRow]]
LINES = b'{"q": "1", "a": "2"}\n{"q": "3", "a": "4"}\n'
LIST = b'[{"q": "1", "a": "2"}, {"q": "3", "a": "4"}]'
COMMAS = b"q,a\n1,2\n3,4\n"
TABS = b"q\ta\n1\t2\n3\t4\n"
ZIPPERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".zst": zstd.open}
VALUES = [{"q": "1", "a": "2"}, {"q": "3", "a": "4"}]


@pytest.fixture(name="read")
def _read(tmp_path: Path) -> Read:
    def read(name: str, content: bytes) -> list[NumberedRow | BadRow]:
        (tmp_path / name).write_bytes(content)
        return list(FilesystemDatasetSource(tmp_path).rows_at(str(tmp_path / name)))

    return read


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv", ".tsv", ".parquet", ".txt", ""])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("content", [LINES, LIST, COMMAS, TABS])
def test_the_ending_of_a_name_deceives_nobody(
    read: Read, ending: str, mark: bytes, content: bytes
) -> None:
    rows = read(f"rows{ending}", mark + content)
    assert [row[1] for row in rows if isinstance(row, tuple)] == VALUES


def test_lines_that_are_no_json_are_bad_rows_and_no_columns(read: Read) -> None:
    rows = read("rows.jsonl", b"# made by a program, today\n" + LINES)
    assert isinstance(rows[0], BadRow)
    assert [row[1] for row in rows[1:] if isinstance(row, tuple)] == VALUES


def test_the_ending_decides_where_bytes_say_nothing(read: Read) -> None:
    content = b"question\nwhat?\n"
    assert read("rows.csv", content) == [(2, {"question": "what?"})]
    assert all(isinstance(row, BadRow) for row in read("rows.jsonl", content))
    assert read("rows.csv", b"[id],b\n1,2\n") == [(2, {"[id]": "1", "b": "2"})]


def test_separators_of_other_countries_are_found(read: Read) -> None:
    assert read("rows.csv", b"a;b\r\n1,5;2\r\n") == [(2, {"a": "1,5", "b": "2"})]


@pytest.mark.parametrize("content", [b"PAR1rows", b"ARROW1\0\0", b"\xff\xff\xff\xff\0\0"])
def test_a_table_needs_its_reader(read: Read, content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="no reader for"):
        read("rows.jsonl", content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"BZh91AY&SY", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"PK\x03\x04", "zip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b'{\n  "data": [{"a": 1}]\n}\n', "one JSON object over several lines"),
        (b'{"data": [\n{"a": 1},\n{"a": 2}]}\n', "one JSON object over several lines"),
        (b'{"version": 1,\n"data": []}', "one JSON object over several lines"),
    ],
)
def test_what_is_not_read_is_refused_with_what_helps(read: Read, content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFileError, match=says) as refused:
        read("rows.json", content)
    assert refused.value.fix


def test_fault_32_carriage_returns_before_the_end_of_lines_are_no_part_of_rows(read: Read) -> None:
    for name, content in {"a.jsonl": LINES, "a.csv": COMMAS, "a.tsv": TABS}.items():
        rows = read(name, content.replace(b"\n", b"\r\n"))
        assert [row[1] for row in rows if isinstance(row, tuple)] == VALUES


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t\n", b"\xef\xbb\xbf", b"[]", b"[ \n ]"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_fault_32_a_file_without_rows_has_no_rows(read: Read, content: bytes, ending: str) -> None:
    assert read(f"rows{ending}", content) == []


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv", ".jsonl.gz", ".csv.zst"])
def test_fault_40_no_file_is_ever_held_whole(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"rows{ending}"
    with ZIPPERS.get(path.suffix, open)(path, "wb") as file:
        file.write({".json": b"[", ".csv": b"a\n"}.get(f".{ending.split('.')[1]}", b""))
        for number in range(3000):
            text = str(number) + "x" * 10_000
            row = text if ".csv" in ending else json.dumps({"a": text})
            file.write(b",\n" * (ending == ".json" and number > 0) + row.encode())
            file.write(b"\n")
        file.write(b"]" * (ending == ".json"))
    tracemalloc.start()
    try:
        assert sum(1 for _ in FilesystemDatasetSource(tmp_path).rows_at(str(path))) == 3000
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()
