"""Connections to guild's own databases."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from adapters.event_log.migrations import EVENT_LOG, Schema, migrate
from adapters.event_log.transactions import alone, translated, unusable
from application.ports.event_log import BrokenLogError

PATIENCE_SECONDS = 5.0


@translated()
def open_database(path: Path, schema: Schema = EVENT_LOG) -> sqlite3.Connection:
    """Open a database to write; make it, or bring it up to date, where that is needed."""
    _create(path)
    with _connected(path, "rw") as connection:
        with alone(connection):
            connection.execute("PRAGMA journal_mode = WAL")
            if _version(connection) < schema.version:
                migrate(connection, schema)
        connection.execute(f"PRAGMA synchronous = {schema.synchronous}")
        # A checkpoint beside a writer can lose commits in SQLite before 3.51.3, so that only
        # transaction() makes one; the limit gives its space back.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA journal_size_limit = 0")
        _require(connection, path, schema)
        return connection


@translated()
def open_readonly(path: Path, schema: Schema = EVENT_LOG) -> sqlite3.Connection:
    """Open a database to read, also beside a writer; leave no file that was not there before."""
    # The last connection to close removes SQLite's side files; one in mode=ro cannot, but would
    # still make them.
    mode = "ro" if path.with_name(f"{path.name}-wal").exists() else "rw"
    with _connected(path, mode) as connection:
        connection.execute("PRAGMA query_only = ON")
        _require(connection, path, schema)
        return connection


@contextmanager
def _connected(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(
        f"file:{quote(os.fspath(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=PATIENCE_SECONDS,
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        yield connection
    except BaseException:
        connection.close()
        raise


def _create(path: Path) -> None:
    try:
        # Exclusive: to close a file that SQLite has open would drop SQLite's locks on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise unusable(error) from error


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _require(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    found = _version(connection)
    if found < schema.version:
        raise BrokenLogError(
            f"the {schema.name} in {path} has tables of version {found}, not {schema.version}",
            why="an older guild has written it",
            fix=("run any command that writes: it brings the tables up to date",),
        )
    if found > schema.version:
        raise BrokenLogError(
            f"the {schema.name} in {path} has tables of version {found}, not {schema.version}",
            why="a newer guild has written it",
            fix=("upgrade guild",),
        )
