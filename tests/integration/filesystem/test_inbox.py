import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.filesystem.inbox import FilesystemInbox
from adapters.memory.clock import MemoryClock
from application.ports.inbox import UnreadableFileError
from tests.builders import NOON
from tests.contracts.inbox import MORE, ROWS, InboxContract
from tests.integration.filesystem.around import Around


class TestFilesystemInbox(InboxContract):
    @pytest.fixture
    def inbox(self, hall: Path, clock: MemoryClock) -> FilesystemInbox:
        hall.mkdir()
        return FilesystemInbox(hall, clock)

    @pytest.fixture
    def outside(self, hall: Path) -> Around:
        return Around(hall)


def test_a_file_that_was_replaced_after_it_was_staged_is_another_arrival(
    inbox: FilesystemInbox, outside: Around
) -> None:
    outside.put("rows.jsonl", ROWS, age=60)
    [arrival] = inbox.arrivals()
    inbox.keep(inbox.stage(arrival.location))
    outside.put("rows.jsonl", MORE, age=50)
    inbox.clear(arrival)
    [other] = inbox.arrivals()
    staged = inbox.stage(other.location)
    inbox.keep(staged)
    inbox.clear(other)
    assert outside.kept(staged.dataset.sha256) == MORE
    assert list(inbox.arrivals()) == []


def test_an_arrival_that_another_process_took_is_no_error(
    inbox: FilesystemInbox, outside: Around
) -> None:
    path = outside.put("rows.jsonl", ROWS, age=60)
    [arrival] = inbox.arrivals()
    inbox.keep(inbox.stage(arrival.location))
    path.unlink()
    inbox.clear(arrival)
    inbox.clear(arrival, refusal="gone")
    with pytest.raises(UnreadableFileError):
        inbox.stage(arrival.location)
    assert list(outside.set_aside()) == []


def test_a_file_that_changes_while_it_is_copied_is_left_where_it_is(
    inbox: FilesystemInbox, outside: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = outside.put("rows.jsonl", ROWS, age=60)
    [arrival] = inbox.arrivals()
    fsync = os.fsync

    def append_meanwhile(descriptor: int) -> None:
        path.write_bytes(MORE)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", append_meanwhile)
    with pytest.raises(UnreadableFileError, match="still being written"):
        inbox.stage(arrival.location)
    inbox.clear(arrival, refusal="still being written")
    assert path.read_bytes() == MORE
    assert outside.leavings() == 0


def test_a_kept_dataset_is_read_only_and_private(
    inbox: FilesystemInbox, outside: Around, hall: Path
) -> None:
    staged = inbox.stage(outside.place("rows.jsonl", ROWS))
    inbox.keep(staged)
    kept = hall / "datasets" / staged.dataset.sha256
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_kept_dataset_is_never_written_again(
    inbox: FilesystemInbox, outside: Around, hall: Path
) -> None:
    first = inbox.stage(outside.place("rows.jsonl", ROWS))
    inbox.keep(first)
    before = (hall / "datasets" / first.dataset.sha256).stat()
    inbox.keep(inbox.stage(outside.place("again.jsonl", ROWS)))
    after = (hall / "datasets" / first.dataset.sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_kept_dataset_is_on_disk_before_it_has_its_name(
    inbox: FilesystemInbox, outside: Around, hall: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = inbox.stage(outside.place("rows.jsonl", ROWS))
    synced: list[Path] = []
    monkeypatch.setattr(
        os, "fsync", lambda number: synced.append(Path(f"/proc/self/fd/{number}").readlink())
    )
    inbox.keep(staged)
    assert Path(staged.location) in synced
    assert synced[-1] == hall / "datasets"


def test_copies_of_dead_runs_are_swept_after_a_day(inbox: FilesystemInbox, outside: Around) -> None:
    old, young = (inbox.stage(outside.place("rows.jsonl", ROWS)) for _ in range(2))
    for staged, hours in ((old, 25), (young, 23)):
        made = (NOON - timedelta(hours=hours)).timestamp()
        os.utime(Path(staged.location).parent, (made, made))
    inbox.stage(outside.place("rows.jsonl", ROWS))
    assert not Path(old.location).exists()
    assert Path(young.location).exists()


def test_discarding_removes_nothing_outside_of_the_incoming_folder(
    inbox: FilesystemInbox, outside: Around, tmp_path: Path
) -> None:
    staged = inbox.stage(outside.place("rows.jsonl", ROWS))
    foreign = type(staged)(staged.dataset, str(tmp_path / "rows.jsonl"))
    inbox.discard(foreign)
    assert (tmp_path / "rows.jsonl").exists()


def test_a_hall_that_has_vanished_has_no_arrivals(tmp_path: Path, clock: MemoryClock) -> None:
    assert list(FilesystemInbox(tmp_path / "gone", clock).arrivals()) == []
