"""Files packed with gzip and zstd."""

import gzip
import hashlib
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from adapters.filesystem.compression import Limits
from adapters.filesystem.dataset_source import FilesystemDatasetSource
from application.ports.inbox import UnreadableFileError
from domain.dataset import Dataset

Pack = Callable[[bytes], bytes]
PACKS: dict[str, Pack] = {"gz": gzip.compress, "zst": zstd.compress}
TEXTS = {
    "jsonl": b'{"a": "1"}\n{"a": "2"}\n',
    "json": b'[{"a": "1"},\n{"a": "2"}]',
    "csv": b"a,b\n1,\n2,\n",
    "tsv": b"a\tb\n1\t\n2\t\n",
}
SMALL = Limits(ratio=10, free=1 << 20, most=4 << 20)


@pytest.fixture(params=PACKS, name="pack")
def _pack(request: pytest.FixtureRequest) -> Pack:
    return PACKS[request.param]


def placed(folder: Path, content: bytes, name: str = "rows.bin") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def values(source: FilesystemDatasetSource, location: str) -> list[object]:
    return [row[1]["a"] for row in source.rows_at(location) if isinstance(row, tuple)]


@pytest.mark.parametrize("kind", TEXTS)
def test_packed_texts_of_every_kind_are_read(tmp_path: Path, pack: Pack, kind: str) -> None:
    source = FilesystemDatasetSource(tmp_path)
    for name in (f"rows.{kind}.packed", f"rows.{kind}", "rows"):
        assert values(source, placed(tmp_path, pack(TEXTS[kind]), name)) == ["1", "2"]


def test_all_members_of_a_packed_file_are_read(tmp_path: Path, pack: Pack) -> None:
    content = pack(b'{"a": 1}\n{"a"') + pack(b"") + pack(b': 2}\n{"a": 3}\n')
    assert values(FilesystemDatasetSource(tmp_path), placed(tmp_path, content)) == [1, 2, 3]


def test_a_zstd_file_may_begin_with_a_part_to_be_skipped(tmp_path: Path) -> None:
    content = b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstd.compress(TEXTS["jsonl"])
    assert values(FilesystemDatasetSource(tmp_path), placed(tmp_path, content)) == ["1", "2"]


def test_a_kept_dataset_stays_packed_and_is_sampled_by_reading_it_twice(
    tmp_path: Path, pack: Pack
) -> None:
    content = pack(b"".join(b'{"a": %d}\n' % number for number in range(50)))
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / digest).write_bytes(content)
    source = FilesystemDatasetSource(tmp_path)
    whole = Dataset(sha256=digest, name="rows.jsonl.gz", size=len(content))
    sample = Dataset(sha256=digest, name="rows.jsonl.gz", size=len(content), selection="#7")
    assert len(list(source.rows(whole))) == 50
    found = list(source.rows(sample))
    assert len(found) == 7
    assert [row for row in source.rows(whole) if row in found] == found


@pytest.mark.parametrize("lost", [1, 5, 200])
def test_a_packed_file_that_is_cut_short_is_refused(tmp_path: Path, pack: Pack, lost: int) -> None:
    rows = b"".join(b'{"a": %d}\n' % (number**3) for number in range(50_000))
    location = placed(tmp_path, pack(rows)[:-lost], "rows.jsonl.gz")
    with pytest.raises(UnreadableFileError, match=r"rows\.jsonl\.gz: it is cut short"):
        values(FilesystemDatasetSource(tmp_path), location)


def test_damaged_packed_bytes_are_refused(tmp_path: Path, pack: Pack) -> None:
    content = bytearray(pack(TEXTS["jsonl"] * 1000))
    content[len(content) // 2] ^= 0xFF
    content[-6] ^= 0xFF
    with pytest.raises(UnreadableFileError, match=r"damaged|cut short"):
        values(FilesystemDatasetSource(tmp_path), placed(tmp_path, bytes(content)))


def test_what_stands_behind_packed_bytes_is_refused(tmp_path: Path, pack: Pack) -> None:
    content = pack(TEXTS["jsonl"]) + b"not packed at all"
    with pytest.raises(UnreadableFileError, match=r"damaged|cut short"):
        values(FilesystemDatasetSource(tmp_path), placed(tmp_path, content))


@pytest.mark.parametrize(
    "line", [b'{"a": "and so on and on"}\n', b" \n" * 16], ids=["rows", "blank"]
)
def test_fault_39_a_bomb_is_refused_before_it_fills_anything(
    tmp_path: Path, pack: Pack, line: bytes
) -> None:
    location = placed(tmp_path, pack(line * (10 << 20 >> 5)))
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFileError, match="unpacks to more than") as refused:
            for _ in FilesystemDatasetSource(tmp_path, limits=SMALL).rows_at(location):
                pass
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert refused.value.fix


def test_fault_39_a_bomb_of_one_line_is_refused(tmp_path: Path, pack: Pack) -> None:
    location = placed(tmp_path, pack(b'{"a": "' + b"x" * (10 << 20) + b'"}'))
    with pytest.raises(UnreadableFileError, match="unpacks to more than"):
        list(FilesystemDatasetSource(tmp_path, limits=SMALL).rows_at(location))


def test_what_is_packed_well_but_is_small_is_no_bomb(tmp_path: Path, pack: Pack) -> None:
    location = placed(tmp_path, pack(b'{"a": 1}\n' * 100_000))
    assert len(values(FilesystemDatasetSource(tmp_path, limits=SMALL), location)) == 100_000


@pytest.mark.parametrize(
    ("size", "most"),
    [(0, 1 << 30), (1 << 20, 1 << 30), (1 << 30, 200 << 30), (2 << 20, 2000 << 20)],
)
def test_the_limit_grows_with_the_file_between_two_ends(size: int, most: int) -> None:
    assert Limits().for_size(size) == most
