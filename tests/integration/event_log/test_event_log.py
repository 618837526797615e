from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection, IntegrityError, connect

import pytest

from adapters.event_log.database import open_database
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.transactions import transaction
from adapters.event_log.verification import NO_HASH, digest
from application.ports.event_log import (
    START,
    Append,
    BrokenLogError,
    StaleStreamError,
    job_stream,
)
from domain.job_events import JobSkipped
from tests.builders import NOON, a_campaign_created, a_job_queued, a_job_started
from tests.contracts.event_log import Damage, EventLogContract, noticed, queued

Tamper = Callable[..., None]
CHANGE = "UPDATE events SET payload = replace(payload, 'T12:', 'T13:') WHERE seq = ?"
REMOVE = "DELETE FROM events WHERE seq = ?"
REPEAT = """
INSERT INTO events SELECT NULL, stream, 9, type, schema, at, caused_by, payload, hash
FROM events WHERE seq = ?
"""
REPEAT_JOB = """
INSERT INTO jobs SELECT id || 'x', ref, campaign_id, status, begun, priority, 9, not_before, fence,
    lease_until, version, record FROM jobs
"""


@pytest.fixture
def tamper(connection: Connection) -> Iterator[Tamper]:
    """Give what changes the file as somebody with another SQLite program would."""
    path = connection.execute("PRAGMA database_list").fetchone()["file"]
    with closing(connect(path, isolation_level=None)) as stranger:
        stranger.execute("DROP TRIGGER events_are_never_changed")
        stranger.execute("DROP TRIGGER events_are_never_removed")

        def tamper(sql: str, *values: int | bytes) -> None:
            assert stranger.execute(sql, values).rowcount == 1

        yield tamper


class TestSqliteEventLog(EventLogContract):
    @pytest.fixture
    def log(self, connection: Connection) -> SqliteEventLog:
        return SqliteEventLog(connection, "cause-1")

    @pytest.fixture
    def change(self, tamper: Tamper) -> Damage:
        return lambda place: tamper(CHANGE, place)

    @pytest.fixture
    def remove(self, tamper: Tamper) -> Damage:
        return lambda place: tamper(REMOVE, place)

    @pytest.fixture
    def repeat(self, tamper: Tamper) -> Damage:
        return lambda place: tamper(REPEAT, place)


class TestSqliteEventLogSpecifics:
    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE events SET stream = 'job/x' WHERE seq = 2",
            "UPDATE events SET version = 7 WHERE seq = 2",
            "UPDATE events SET type = 'JobFailed' WHERE seq = 2",
            "UPDATE events SET schema = 0 WHERE seq = 2",
            "UPDATE events SET at = '' WHERE seq = 2",
            "UPDATE events SET caused_by = 'me' WHERE seq = 2",
            "UPDATE events SET payload = replace(payload, '12', '13') WHERE seq = 2",
            "UPDATE events SET hash = zeroblob(32) WHERE seq = 2",
        ],
    )
    def test_every_column_of_an_event_is_under_its_hash(
        self, log: SqliteEventLog, tamper: Tamper, damage: str
    ) -> None:
        log.append(noticed("a"), queued(1), queued(2))
        log.verify()
        tamper(damage)
        with pytest.raises(BrokenLogError, match="event 2"):
            log.verify()

    def test_two_events_that_changed_places_are_found(
        self, log: SqliteEventLog, tamper: Tamper
    ) -> None:
        log.append(queued(1), queued(2))
        for old, new in ((1, 99), (2, 1), (99, 2)):
            tamper("UPDATE events SET seq = ? WHERE seq = ?", new, old)
        with pytest.raises(BrokenLogError, match="event 1"):
            log.verify()

    def test_a_changed_event_with_a_new_hash_breaks_the_one_after_it(
        self, log: SqliteEventLog, tamper: Tamper, connection: Connection
    ) -> None:
        log.append(noticed("a"), noticed("b"))
        tamper("UPDATE events SET caused_by = 'me' WHERE seq = 1")
        facts = tuple(connection.execute("SELECT * FROM events WHERE seq = 1").fetchone())
        tamper("UPDATE events SET hash = ? WHERE seq = 1", digest(NO_HASH, facts[:-1]))
        with pytest.raises(BrokenLogError, match="event 2"):
            log.verify()

    def test_a_removed_end_is_found_also_after_more_was_written(
        self, log: SqliteEventLog, tamper: Tamper
    ) -> None:
        job = a_job_queued()
        skipped = JobSkipped(job_id=job.job_id, at=NOON, reason="")
        log.append(Append(job_stream(job.job_id), (job, skipped), 0))
        tamper(REMOVE, 2)
        log.append(noticed("a"))
        with pytest.raises(BrokenLogError, match="event 2 is missing"):
            log.verify()

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE jobs SET status = 'completed' WHERE enq = 1",
            "UPDATE jobs SET record = replace(record, '\"version\": 1', '\"version\": 2')",
            "UPDATE jobs SET record = 'nonsense'",
            "UPDATE jobs SET record = '{}'",
            "UPDATE jobs SET priority = 0",
            "UPDATE jobs SET enq = 9",
            "DELETE FROM jobs",
            REPEAT_JOB,
            "UPDATE campaigns SET activated = 5",
            "UPDATE campaigns SET record = replace(record, '\"first\"', '\"last\"')",
            "DELETE FROM campaigns",
        ],
    )
    def test_a_row_that_does_not_follow_from_the_events_is_found(
        self, log: SqliteEventLog, tamper: Tamper, damage: str
    ) -> None:
        log.append(queued(1), Append("campaign/x", (a_campaign_created(),), 0))
        log.verify()
        tamper(damage)
        with pytest.raises(BrokenLogError, match="does not follow"):
            log.verify()

    def test_events_cannot_be_changed_or_removed_by_accident(
        self, log: SqliteEventLog, connection: Connection
    ) -> None:
        log.append(noticed("a"))
        for sql in ("UPDATE events SET payload = ''", "DELETE FROM events"):
            with pytest.raises(IntegrityError, match="never"):
                connection.execute(sql)

    @pytest.mark.parametrize(
        "newer", ["UPDATE events SET type = 'JobTeleported'", "UPDATE events SET schema = 2"]
    )
    def test_an_event_of_a_newer_guild_is_refused_with_its_name(
        self, log: SqliteEventLog, tamper: Tamper, newer: str
    ) -> None:
        append = queued(1)
        log.append(append)
        tamper(newer)
        with pytest.raises(BrokenLogError, match=r"Job\w+' events of version \d") as refusal:
            log.read_after(START)
        assert refusal.value.fix == ("upgrade guild",)
        with pytest.raises(BrokenLogError):
            log.read_stream(append.stream)

    def test_an_event_that_cannot_be_read_is_refused_with_its_type(
        self, log: SqliteEventLog, tamper: Tamper
    ) -> None:
        log.append(queued(1))
        tamper("UPDATE events SET payload = '{}'")
        with pytest.raises(BrokenLogError, match="'JobQueued'"):
            log.read_after(START)

    def test_a_start_beside_a_running_job_of_the_campaign_is_refused(
        self, log: SqliteEventLog
    ) -> None:
        log.append(queued(1), queued(2))
        first, second = a_job_queued(1).job_id, a_job_queued(2).job_id
        log.append(Append(job_stream(first), (a_job_started(first, fence=3),), 1))
        with pytest.raises(StaleStreamError, match="another job"):
            log.append(Append(job_stream(second), (a_job_started(second, fence=4),), 1))
        assert len(log.read_after(START)) == 3
        log.verify()

    def test_a_refused_append_leaves_no_gap_in_the_places(self, log: SqliteEventLog) -> None:
        log.append(queued(1))
        with pytest.raises(StaleStreamError):
            log.append(noticed("a"), queued(1))
        assert log.append(noticed("b")) == "2"
        log.verify()

    def test_a_failure_around_an_append_takes_the_append_back(
        self, log: SqliteEventLog, connection: Connection
    ) -> None:
        def append_and_fail() -> None:
            with transaction(connection):
                log.append(queued(1))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            append_and_fail()
        assert list(log.read_after(START)) == []
        log.verify()

    def test_what_was_appended_is_there_for_the_next_process(self, path: Path) -> None:
        with closing(open_database(path)) as connection:
            SqliteEventLog(connection, "cause-1").append(queued(1))
        with closing(open_database(path)) as connection:
            (recorded,) = SqliteEventLog(connection, "cause-2").read_after(START)
        assert recorded.caused_by == "cause-1"
        assert recorded.event == a_job_queued(1)
