"""Whether the log is what was written, and its tables what follows from it."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

from adapters.event_log.codec import decode
from adapters.event_log.rows import (
    CampaignRow,
    Columns,
    JobRow,
    campaign_after,
    job_after,
    read_campaign,
    read_job,
)
from adapters.event_log.transactions import snapshot
from application.ports.event_log import BrokenLogError, Event
from domain.campaign import Campaign
from domain.campaign_events import CampaignEvent
from domain.job import Job
from domain.job_events import JobEvent

NO_HASH = b""
_HASHED = ("seq", "stream", "version", "type", "schema", "at", "caused_by", "payload")


def digest(previous: bytes, facts: Iterable[str | int]) -> bytes:
    """Give the hash of an event, which stands on that of the event before it in its stream."""
    canonical = json.dumps(list(facts), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()


def last_seq(connection: sqlite3.Connection) -> int:
    """Give the place of the last event that was ever written, 0 before the first."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return row[0] if row else 0


def verify(connection: sqlite3.Connection) -> None:
    """Read the whole log; raise BrokenLogError for the first thing that does not hold together."""
    jobs: dict[str, JobRow] = {}
    campaigns: dict[str, CampaignRow] = {}
    with snapshot(connection):
        for seq, event in _checked(connection):
            if isinstance(event, JobEvent):
                jobs[event.job_id] = job_after(jobs.get(event.job_id), seq, event)
            elif isinstance(event, CampaignEvent):
                known = campaigns.get(event.campaign_id)
                campaigns[event.campaign_id] = campaign_after(known, seq, event)
        stored = connection.execute("SELECT * FROM jobs").fetchall()
        _compare(stored, {key: (row.columns, row.job) for key, row in jobs.items()}, read_job)
        stored = connection.execute("SELECT * FROM campaigns").fetchall()
        expected = {key: (row.columns, row.campaign) for key, row in campaigns.items()}
        _compare(stored, expected, read_campaign)


def _checked(connection: sqlite3.Connection) -> Iterator[tuple[int, Event]]:
    tips: dict[str, tuple[int, bytes]] = {}
    seq = 0
    for seq, row in enumerate(connection.execute("SELECT * FROM events ORDER BY seq"), start=1):
        if row["seq"] != seq:
            raise _broken(f"event {seq} is missing")
        version, previous = tips.get(row["stream"], (0, NO_HASH))
        found = digest(previous, (row[name] for name in _HASHED))
        if (row["version"], row["hash"]) != (version + 1, found):
            raise _broken(f"event {seq}, in stream {row['stream']}, is not what was written")
        tips[row["stream"]] = row["version"], found
        yield seq, decode(row["type"], row["schema"], row["payload"])
    if seq != last_seq(connection):
        raise _broken(f"event {seq + 1} is missing")


def _compare(
    stored: Iterable[sqlite3.Row],
    expected: Mapping[str, tuple[Columns, Job | Campaign]],
    read: Callable[[str], Job | Campaign],
) -> None:
    rows = {row["id"]: row for row in stored}
    for key in sorted(rows.keys() | expected.keys()):
        if key not in rows or key not in expected or not _same(rows[key], *expected[key], read):
            raise _broken(f"the table's row of {key} does not follow from its events")


def _same(
    row: sqlite3.Row,
    columns: Columns,
    value: Job | Campaign,
    read: Callable[[str], Job | Campaign],
) -> bool:
    try:
        found = read(row["record"])
    except (ValueError, KeyError, TypeError):
        return False
    return found == value and all(row[name] == wanted for name, wanted in columns.items())


def _broken(what: str) -> BrokenLogError:
    return BrokenLogError(
        f"the event log does not hold together: {what}",
        why="its file was changed by something that is not guild, or is damaged",
        fix=("restore it from a backup",),
    )
