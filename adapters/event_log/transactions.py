"""Writing to guild's own databases: one at a time, whole or not at all."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from application.ports.event_log import BrokenLogError, LogBusyError

LARGEST_WAL = 4 * 2**20
_PAUSE_SECONDS = 0.001
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def translated() -> Iterator[None]:
    """Say what SQLite says in the words of the event log's port."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
            raise _busy(str(error)) from error
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise LogBusyError(
                "no space is left for the event log",
                why="what was recorded before is on disk",
                fix=("free some space", "try again"),
            ) from error
        raise unusable(error) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Make everything inside one step, on disk at the end; a transaction inside another joins it.

    Raises LogBusyError when others write for longer than the connection's busy timeout.
    """
    if connection.in_transaction:
        yield
        return
    with translated(), alone(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        _checkpoint_if_large(connection)


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Read everything inside as it is at one moment."""
    with translated():
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.rollback()


@contextmanager
def alone(connection: sqlite3.Connection) -> Iterator[None]:
    """Keep every other writer out, fairly: SQLite's own waiting lets some starve for seconds."""
    path = _path(connection)
    if not path:
        yield
        return
    try:
        lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise unusable(error) from error
    try:
        _wait_for(lock, connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000)
        yield
    finally:
        os.close(lock)


def unusable(error: Exception) -> BrokenLogError:
    """Make the refusal for a file that is broken, gone, full, or not a database."""
    return BrokenLogError(f"guild's database cannot be used: {error}")


def _wait_for(lock: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise _busy(f"others have been writing for {seconds:g} s") from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _checkpoint_if_large(connection: sqlite3.Connection) -> None:
    wal = Path(f"{_path(connection)}-wal")
    if wal.exists() and wal.stat().st_size > LARGEST_WAL:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _path(connection: sqlite3.Connection) -> str:
    path: str = connection.execute("PRAGMA database_list").fetchone()[2]
    return path


def _busy(why: str) -> LogBusyError:
    return LogBusyError(why=why, fix=("try again",))
