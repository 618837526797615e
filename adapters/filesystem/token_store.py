"""Prepared rows and pack plans in the cache of a hall."""

import errno
import shutil
from array import array
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

from adapters.filesystem.atomic import fsync, fsync_tree
from adapters.filesystem.prepared_files import RowWriter, is_whole, seal
from adapters.filesystem.scratch import new_scratch, sweep
from adapters.filesystem.stored_rows import opened
from application.ports.token_store import Prepared, TokenDraft, TokenStore
from domain.batching import BatchPlan
from domain.masking import Encoded

_ROWS_AT_ONCE = 128
_TAKEN = {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}


class FilesystemTokenStore(TokenStore):
    """Keeps prepared/<key>/ and plans/<digest> in a folder.

    Both are written beside, under a hidden name, and get their name when they are on disk. Every
    byte of an entry is checked against its checksum when it is found, and a plan against its
    digest; what does not fit is replaced by whoever makes it again.
    """

    def __init__(self, folder: Path) -> None:
        self._prepared = folder / "prepared"
        self._plans = folder / "plans"

    def find(self, key: str) -> Prepared | None:
        """Open an entry whose files are all as they were written."""
        return _found(self._prepared / key)

    def draft(self, key: str) -> TokenDraft:
        """Open a hidden folder, after removing those that dead processes left."""
        for folder in (self._prepared, self._plans):
            sweep(folder)
        return _Draft(self._prepared / key)

    def keep_plan(self, plan: BatchPlan) -> None:
        """Write two counts, the rows and the ends, 8 bytes each."""
        scratch = new_scratch(self._plans)
        try:
            written = scratch / plan.digest
            with written.open("xb") as file:
                for numbers in ((plan.packed, len(plan.rows)), plan.rows, plan.ends):
                    file.write(array("Q", numbers))
            written.chmod(0o600)
            fsync(written)
            written.replace(self._plans / plan.digest)
            fsync(self._plans)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def plan(self, digest: str) -> BatchPlan | None:
        """Read a plan that still has its digest."""
        try:
            numbers = array("Q", (self._plans / digest).read_bytes())
            packed, rows = numbers[:2]
        except (OSError, ValueError):
            return None
        plan = BatchPlan(bool(packed), numbers[2 : 2 + rows], numbers[2 + rows :])
        return plan if plan.digest == digest else None


class _Draft(TokenDraft):
    """A hidden folder beside its entry; it is removed when anything fails."""

    def __init__(self, entry: Path) -> None:
        self._entry = entry
        self._folder = new_scratch(entry.parent)
        try:
            self._writer = RowWriter(self._folder)
        except BaseException:
            self._remove()
            raise

    def add(self, rows: Iterable[tuple[int, Encoded]]) -> None:
        left = iter(rows)
        try:
            while block := list(islice(left, _ROWS_AT_ONCE)):
                self._writer.append(block)
        except BaseException:
            self.discard()
            raise

    def commit(self, notes: str) -> Prepared:
        try:
            self._writer.close()
            seal(self._folder, notes)
            fsync_tree(self._folder)
            return self._publish()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        # A full disk is told once more when a file with unwritten bytes is closed.
        with suppress(OSError):
            self._writer.close()
        self._remove()

    def _publish(self) -> Prepared:
        # Opened before it has its name, so that it can be read whoever removes the entry.
        own = opened(self._folder)
        while not _renamed(self._folder, self._entry):
            if other := _found(self._entry):
                self._remove()
                return other
            _remove_broken(self._entry)
        fsync(self._entry.parent)
        return own

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _found(entry: Path) -> Prepared | None:
    with suppress(OSError):
        return opened(entry) if is_whole(entry) else None
    return None


def _renamed(folder: Path, entry: Path) -> bool:
    try:
        folder.rename(entry)
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        return False
    return True


def _remove_broken(entry: Path) -> None:
    scratch = new_scratch(entry.parent)
    try:
        with suppress(FileNotFoundError):
            entry.rename(scratch / entry.name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
