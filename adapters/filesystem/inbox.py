"""Files in the queue folders and elsewhere, on their way to datasets/<sha256>."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from adapters.filesystem.arriving import is_new
from adapters.filesystem.atomic import copy_hashed, fsync, private_folder
from adapters.filesystem.compression import Limits
from adapters.filesystem.content import check_head
from adapters.filesystem.regular_file import open_regular, unreadable
from adapters.filesystem.rejected import set_aside
from application.ports.clock import Clock
from application.ports.inbox import Arrival, Inbox, Staged
from domain.dataset import Dataset, Priority
from domain.text import printable

_A_DAY = 24 * 60 * 60

_Age = tuple[int, str]
_Identity = tuple[int, int, int, int]


class FilesystemInbox(Inbox):
    """Takes in files of a hall.

    A file in a queue folder has arrived when it was not written to for settle_seconds, or when a
    '<name>.done' lies beside it. The mirror's own links, told by their meta.json, are passed over.
    """

    def __init__(self, hall: Path, clock: Clock, settle_seconds: float = 5.0) -> None:
        self._queue = hall / "queue"
        self._incoming = hall / ".guild" / "incoming"
        self._datasets = hall / "datasets"
        self._clock = clock
        self._settle_seconds = settle_seconds
        self._seen: dict[str, _Identity] = {}

    def arrivals(self) -> Sequence[Arrival]:
        """List the settled files, that which was written first at the front."""
        found = [pair for priority in Priority for pair in self._arrived(priority)]
        return [arrival for _, arrival in sorted(found, key=lambda pair: pair[0])]

    def stage(self, location: str) -> Staged:
        """Copy a file to .guild/incoming; the copies of dead runs are swept on the way."""
        path = Path(location)
        self._sweep()
        with open_regular(path, follow=not path.is_relative_to(self._queue)) as source:
            _require_own(path, os.fstat(source.fileno()))
            self._seen[str(path)] = before = _identity(os.fstat(source.fileno()))
            check_head(source, str(path), Limits())
            # The copy keeps its name, so that what is said about its lines names the file.
            copy = private_folder(self._incoming / secrets.token_hex(16)) / path.name
            try:
                sha256, size = copy_hashed(source, copy)
                _check_unchanged(path, source, before)
            except BaseException:
                shutil.rmtree(copy.parent, ignore_errors=True)
                raise
        return Staged(Dataset(sha256=sha256, name=printable(path.name), size=size), str(copy))

    def keep(self, staged: Staged) -> None:
        """Move the copy to datasets/<sha256>, read-only and on disk."""
        copy, kept = Path(staged.location), self._datasets / staged.dataset.sha256
        if not kept.exists():
            if not copy.exists():
                raise unreadable(copy, "the staged copy is gone")
            private_folder(self._datasets)
            fsync(copy)
            copy.chmod(0o444)
            copy.rename(kept)
            fsync(self._datasets)
        self.discard(staged)

    def discard(self, staged: Staged) -> None:
        """Remove the copy."""
        folder = Path(staged.location).parent
        if folder.parent == self._incoming:
            shutil.rmtree(folder, ignore_errors=True)

    def clear(self, arrival: Arrival, refusal: str = "") -> None:
        """Remove an arrival whose bytes are kept, or move it to queue/rejected.

        A file that is no longer the one that was staged stays: it is another arrival.
        """
        path = Path(arrival.location)
        if self._was_replaced(path):
            return
        if refusal:
            set_aside(path, private_folder(self._queue / "rejected"), refusal, self._clock.now())
        else:
            path.unlink(missing_ok=True)
        with suppress(OSError):  # a name of 255 bytes is too long to have a mark
            _done_mark(path).unlink()

    def _arrived(self, priority: Priority) -> Iterator[tuple[_Age, Arrival]]:
        folder = self._queue / priority.value
        names = {path.name for path in folder.iterdir()} if folder.exists() else set()
        for name in names:
            path = folder / name
            with suppress(FileNotFoundError):
                facts = path.lstat()
                if is_new(name, names) and self._has_settled(path, facts, names):
                    yield (facts.st_mtime_ns, name), Arrival(str(path), printable(name), priority)

    def _has_settled(self, path: Path, facts: os.stat_result, names: set[str]) -> bool:
        age = self._clock.now().timestamp() - facts.st_mtime_ns / 1e9
        settled = age >= self._settle_seconds or _done_mark(path).name in names
        return settled and stat.S_ISREG(facts.st_mode)

    def _was_replaced(self, path: Path) -> bool:
        seen = self._seen.pop(str(path), None)
        try:
            return seen is not None and _identity(path.lstat()) != seen
        except FileNotFoundError:
            return False

    def _sweep(self) -> None:
        oldest = self._clock.now().timestamp() - _A_DAY
        for copy in self._incoming.glob("*"):
            with suppress(FileNotFoundError):
                if copy.stat().st_mtime < oldest:
                    shutil.rmtree(copy, ignore_errors=True)


def _identity(facts: os.stat_result) -> _Identity:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


def _require_own(path: Path, facts: os.stat_result) -> None:
    """Refuse a second name of somebody else's file: who linked it need not be able to read it."""
    if facts.st_nlink > 1 and facts.st_uid != os.geteuid():
        raise unreadable(path, "it is a hard link to somebody else's file", "copy it instead")


def _check_unchanged(path: Path, source: BufferedReader, before: _Identity) -> None:
    if _identity(os.fstat(source.fileno())) != before:
        raise unreadable(path, "it is still being written")


def _done_mark(path: Path) -> Path:
    return path.with_name(path.name + ".done")
