"""Everything that happened, in a SQLite database."""

import sqlite3
from collections.abc import Sequence

from adapters.event_log import verification
from adapters.event_log.codec import SCHEMA, decode, encode
from adapters.event_log.projections import project
from adapters.event_log.rows import as_text
from adapters.event_log.transactions import transaction, translated
from adapters.event_log.verification import NO_HASH, digest, last_seq
from application.ports.event_log import (
    START,
    Append,
    Event,
    EventLog,
    Position,
    Recorded,
    StaleStreamError,
)


class SqliteEventLog(EventLog):
    """Events, and the tables that follow from them, in a database of open_database."""

    def __init__(self, connection: sqlite3.Connection, caused_by: str) -> None:
        self._connection = connection
        self._caused_by = caused_by

    def append(self, *appends: Append) -> Position:
        """Record events; raise StaleStreamError if someone was faster."""
        with transaction(self._connection):
            try:
                for append in appends:
                    self._write(append)
            except sqlite3.IntegrityError as error:
                raise StaleStreamError(
                    "another job of the campaign is being trained", why=str(error)
                ) from error
            return _position(last_seq(self._connection))

    @translated()
    def read_stream(self, stream: str) -> Sequence[Recorded]:
        """Give a stream's events, oldest first; an unknown stream has none."""
        rows = self._connection.execute(
            "SELECT * FROM events WHERE stream = ? ORDER BY version", (stream,)
        )
        return [_recorded(row) for row in rows]

    @translated()
    def read_after(self, position: Position, limit: int = 1000) -> Sequence[Recorded]:
        """Give the events of all streams past a position; START is before the first."""
        rows = self._connection.execute(
            "SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (int(position or 0), limit)
        )
        return [_recorded(row) for row in rows]

    def verify(self) -> None:
        """Raise BrokenLogError if history or what is derived from it does not hold together."""
        verification.verify(self._connection)

    def _write(self, append: Append) -> None:
        version, previous = self._tip(append.stream)
        if append.expected_version not in (None, version):
            raise StaleStreamError(
                f"{append.stream} is at version {version}, not {append.expected_version}",
                why="somebody else was faster",
                fix=("try again",),
            )
        for event in append.events:
            version += 1
            previous = self._insert(append.stream, version, previous, event)

    def _insert(self, stream: str, version: int, previous: bytes, event: Event) -> bytes:
        seq = last_seq(self._connection) + 1
        name, payload = encode(event)
        at = as_text(event.at)
        facts = (seq, stream, version, name, SCHEMA, at, self._caused_by, payload)
        found = digest(previous, facts)
        self._connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*facts, found)
        )
        project(self._connection, seq, event)
        return found

    def _tip(self, stream: str) -> tuple[int, bytes]:
        row = self._connection.execute(
            "SELECT version, hash FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1",
            (stream,),
        ).fetchone()
        return (row["version"], row["hash"]) if row else (0, NO_HASH)


def _recorded(row: sqlite3.Row) -> Recorded:
    return Recorded(
        position=_position(row["seq"]),
        stream=row["stream"],
        version=row["version"],
        event=decode(row["type"], row["schema"], row["payload"]),
        caused_by=row["caused_by"],
    )


def _position(seq: int) -> Position:
    return Position(str(seq)) if seq else START
