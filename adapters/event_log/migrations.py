"""The tables of guild's own databases, and how an older file comes to have them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

Statements = tuple[str, ...]

_LOG = (
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL,
        type TEXT NOT NULL,
        schema INTEGER NOT NULL,
        at TEXT NOT NULL,
        caused_by TEXT NOT NULL,
        payload TEXT NOT NULL,
        hash BLOB NOT NULL,
        UNIQUE (stream, version)
    ) STRICT
    """,
    """
    CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END
    """,
    """
    CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never removed'); END
    """,
    """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        ref TEXT NOT NULL,
        campaign_id TEXT NOT NULL,
        status TEXT NOT NULL,
        begun INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        enq INTEGER NOT NULL UNIQUE,
        not_before TEXT,
        fence INTEGER,
        lease_until TEXT,
        version INTEGER NOT NULL,
        record TEXT NOT NULL,
        CHECK ((status = 'processing') = (fence IS NOT NULL))
    ) STRICT
    """,
    "CREATE INDEX jobs_ref ON jobs (ref)",
    """
    CREATE INDEX jobs_next ON jobs (campaign_id, begun DESC, priority, enq)
    WHERE status = 'queued'
    """,
    """
    CREATE UNIQUE INDEX one_job_at_a_time ON jobs (campaign_id)
    WHERE status = 'processing'
    """,
    """
    CREATE TABLE campaigns (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        enq INTEGER NOT NULL UNIQUE,
        activated INTEGER NOT NULL,
        version INTEGER NOT NULL,
        record TEXT NOT NULL
    ) STRICT
    """,
)

_METRICS = (
    """
    CREATE TABLE metrics (
        job_id TEXT NOT NULL,
        name TEXT NOT NULL,
        step INTEGER NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (job_id, name, step)
    ) STRICT, WITHOUT ROWID
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What one database file holds; synchronous is SQLite's word for how sure a commit is.

    Each step leads from one version to the next; one that was released is never edited.
    """

    name: str
    synchronous: str
    steps: tuple[Statements, ...]

    @property
    def version(self) -> int:
        """Give the version that the last step leads to."""
        return len(self.steps)


EVENT_LOG = Schema(name="event log", synchronous="FULL", steps=(_LOG,))
METRICS = Schema(name="metrics", synchronous="NORMAL", steps=(_METRICS,))


def migrate(connection: sqlite3.Connection, schema: Schema) -> None:
    """Bring the tables up to date, one whole step after the other."""
    # sqlite_utils takes most of a second to import; a database that is up to date needs none of it.
    from sqlite_utils import Database, Migrations

    migrations = Migrations(schema.name)
    for version, statements in enumerate(schema.steps, start=1):
        migrations(name=f"version {version}")(_step(version, statements))
    migrations.apply(Database(connection, recursive_triggers=False, execute_plugins=False))


def _step(version: int, statements: Statements) -> "Callable[[Database], None]":
    def step(database: "Database") -> None:
        for statement in (*statements, f"PRAGMA user_version = {version}"):
            database.execute(statement)

    return step
