import gzip
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.filesystem.inbox import FilesystemInbox
from application.ports.inbox import UnreadableFileError
from tests.contracts.inbox import ROWS
from tests.integration.filesystem.around import Around


@contextmanager
def bound(path: Path) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        yield


def test_fault_37_what_is_no_regular_file_is_no_arrival_and_cannot_be_staged(
    inbox: FilesystemInbox, outside: Around, hall: Path, tmp_path: Path
) -> None:
    folder = outside.put("x.jsonl", ROWS, age=60).parent
    (folder / "x.jsonl").unlink()
    secret = tmp_path / "secret"
    secret.write_bytes(ROWS)
    (folder / "link.jsonl").symlink_to(secret)
    (folder / "lost.jsonl").symlink_to(tmp_path / "nowhere")
    (folder / "loop.jsonl").symlink_to(folder / "loop.jsonl")
    (folder / "folder.jsonl").mkdir()
    os.mkfifo(folder / "pipe.jsonl")
    short = hall.parent / "s"
    short.symlink_to(folder)
    with bound(short / "socket.jsonl"):
        names = sorted(path.name for path in folder.iterdir())
        assert len(names) == 6
        for name in names:
            os.utime(folder / name, (0, 0), follow_symlinks=False)
        assert list(inbox.arrivals()) == []
        for name in names:
            with pytest.raises(UnreadableFileError, match=name):
                inbox.stage(str(folder / name))
    assert outside.leavings() == 0


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_fault_37_a_device_is_never_read_also_not_through_a_link(
    inbox: FilesystemInbox, outside: Around, tmp_path: Path, device: str
) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(device)
    for location in (device, str(link)):
        with pytest.raises(UnreadableFileError):
            inbox.stage(location)
    assert outside.leavings() == 0


def test_a_link_outside_of_the_queue_may_name_the_file(
    inbox: FilesystemInbox, outside: Around, tmp_path: Path
) -> None:
    outside.place("july.jsonl", ROWS)
    latest = tmp_path / "latest.jsonl"
    latest.symlink_to(tmp_path / "july.jsonl")
    assert inbox.stage(str(latest)).dataset.size == len(ROWS)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (ROWS + b"\0" + ROWS, "NUL"),
        (ROWS.decode().encode("utf-16"), "UTF-16, not UTF-8"),
        (ROWS.decode().encode("utf-16-le"), "NUL"),
        (gzip.compress(b"", mtime=0), "empty"),
        (gzip.compress(ROWS + b"\0", mtime=0), "NUL"),
        (gzip.compress(b"PAR1", mtime=0), "a parquet file is packed in it"),
        (gzip.compress(gzip.compress(ROWS, mtime=0), mtime=0), "packed twice"),
        (gzip.compress(ROWS, mtime=0)[:-9], "cut short"),
        (b"PK\x03\x04rows", "zip"),
        (b"BZh91AY", "bzip2"),
        (b'{\n "data": [{"a": 1}]\n}\n', "one JSON object over several lines"),
        ("{'a': 'é'}".encode("latin-1"), "byte 8"),
    ],
)
def test_the_refusal_says_why(
    inbox: FilesystemInbox, outside: Around, content: bytes, why: str
) -> None:
    with pytest.raises(UnreadableFileError, match=rf"rows\.jsonl.*{why}"):
        inbox.stage(outside.place("rows.jsonl", content))


@pytest.mark.parametrize("location", ["", "a\0b", "/", ".", "x" * 300])
def test_a_location_that_cannot_be_one_is_refused(inbox: FilesystemInbox, location: str) -> None:
    with pytest.raises(UnreadableFileError):
        inbox.stage(location)


def test_a_letter_that_is_cut_at_the_end_of_the_first_look_is_no_fault(
    inbox: FilesystemInbox, outside: Around
) -> None:
    content = b" " * (64 * 1024 - 1) + "🤔".encode()
    assert inbox.stage(outside.place("rows.jsonl", content)).dataset.size == len(content)


def test_a_byte_order_mark_is_allowed_and_kept(inbox: FilesystemInbox, outside: Around) -> None:
    staged = inbox.stage(outside.place("rows.jsonl", b"\xef\xbb\xbf" + ROWS))
    inbox.keep(staged)
    assert outside.kept(staged.dataset.sha256) == b"\xef\xbb\xbf" + ROWS


def test_fault_32_the_refusal_of_utf_16_says_what_helps(
    inbox: FilesystemInbox, outside: Around
) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        inbox.stage(outside.place("rows.jsonl", ROWS.decode().encode("utf-16")))
    assert "iconv -f UTF-16 -t UTF-8" in refused.value.fix[0]


@pytest.mark.parametrize("content", [b"PAR1\0\xff", b"ARROW1\0\0", b"\xff\xff\xff\xff\0"])
def test_tables_are_no_text_and_may_hold_any_bytes(
    inbox: FilesystemInbox, outside: Around, content: bytes
) -> None:
    assert inbox.stage(outside.place("rows.parquet", content)).dataset.size == len(content)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_fault_37_a_hard_link_to_somebody_elses_file_is_refused(
    inbox: FilesystemInbox, outside: Around, tmp_path: Path
) -> None:
    link = outside.put("x.jsonl", ROWS, age=60)
    (tmp_path / "secret").hardlink_to(link)
    os.chown(link, 12345, 12345)
    with pytest.raises(UnreadableFileError, match="hard link to somebody else's file"):
        inbox.stage(str(link))
    os.chown(link, os.geteuid(), os.getegid())
    assert inbox.stage(str(link)).dataset.size == len(ROWS)
