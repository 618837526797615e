import os
import threading
from pathlib import Path

import pytest

from adapters.filesystem.atomic import private_folder, write_atomically


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_atomically(path, "one\n")
    write_atomically(path, "zwei 🤔\r\n")
    assert path.read_bytes() == "zwei 🤔\r\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_that_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\udcff")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    write_atomically(path, "old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_writers_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "file"
    texts = [letter * 10_000 for letter in "abcd"]

    def write(text: str) -> None:
        for _ in range(50):
            write_atomically(path, text, durable=False)

    threads = [threading.Thread(target=write, args=[text]) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_a_durable_file_and_its_name_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(
        os,
        "fsync",
        lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()),
    )
    write_atomically(tmp_path / "file", "text")
    assert [path.parent for path in synced] == [tmp_path, tmp_path.parent]
    write_atomically(tmp_path / "file", "text", durable=False)
    assert len(synced) == 2


def test_folders_that_are_made_are_private_and_those_that_were_there_stay(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o755)
    assert private_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    private_folder(tmp_path / "a" / "b")
    modes = [
        path.stat().st_mode & 0o777 for path in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")
    ]
    assert modes == [0o755, 0o700, 0o700]
