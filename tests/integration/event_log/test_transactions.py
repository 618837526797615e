import fcntl
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from threading import Timer

import pytest

from adapters.event_log import transactions
from adapters.event_log.database import open_database, open_readonly
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.migrations import EVENT_LOG, migrate
from adapters.event_log.transactions import transaction
from application.ports.event_log import START, LogBusyError
from tests.contracts.event_log import noticed


@pytest.fixture
def impatient(connection: Connection) -> Connection:
    connection.execute("PRAGMA busy_timeout = 30")
    return connection


@pytest.fixture
def other(connection: Connection) -> Iterator[Connection]:
    path = connection.execute("PRAGMA database_list").fetchone()["file"]
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        yield other


def count(connection: Connection) -> int:
    number: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    return number


@pytest.mark.parametrize("kind", [fcntl.LOCK_EX, fcntl.LOCK_SH])
def test_a_writer_that_waits_too_long_for_another_guild_is_told_so(
    path: Path, impatient: Connection, log: SqliteEventLog, kind: int
) -> None:
    with Path(f"{path}.lock").open() as lock:
        fcntl.flock(lock, kind)
        with pytest.raises(LogBusyError) as refusal:
            log.append(noticed("a"))
    assert refusal.value.fix == ("try again",)
    log.append(noticed("a"))
    assert count(impatient) == 1


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_writer_that_waits_too_long_for_another_program_is_told_so(
    impatient: Connection, log: SqliteEventLog, other: Connection, begin: str
) -> None:
    other.execute(begin)
    with pytest.raises(LogBusyError, match="keeps the log locked"):
        log.append(noticed("a"))
    other.execute("ROLLBACK")
    log.append(noticed("a"))
    assert count(impatient) == 1


def test_a_writer_waits_for_another_program_that_is_done_soon(
    path: Path, connection: Connection, log: SqliteEventLog
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE notes (text)")
        timer = Timer(0.1, other.execute, ["COMMIT"])
        timer.start()
        log.append(noticed("a"))
        timer.join()
    assert count(connection) == 1


def test_nothing_is_locked_after_a_refusal(
    log: SqliteEventLog, connection: Connection, other: Connection
) -> None:
    with pytest.raises(ZeroDivisionError), transaction(connection):
        raise ZeroDivisionError
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    log.append(noticed("a"))


def test_a_transaction_inside_another_is_part_of_it(
    connection: Connection, log: SqliteEventLog, other: Connection
) -> None:
    with transaction(connection):
        log.append(noticed("a"))
        with transaction(connection):
            log.append(noticed("b"))
        assert count(other) == 0
    assert count(other) == 2


def test_a_full_disk_is_said_and_what_was_kept_stays(
    connection: Connection, log: SqliteEventLog
) -> None:
    log.append(noticed("a"))
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LogBusyError, match="no space is left"):
        log.append(noticed("b" * 100_000))
    assert len(log.read_after(START)) == 1
    log.verify()


def test_the_side_file_is_emptied_when_it_has_grown(path: Path, log: SqliteEventLog) -> None:
    wal = Path(f"{path}-wal")
    sizes = []
    for number in range(14):
        log.append(noticed(str(number) * 1_000_000))
        sizes.append(wal.stat().st_size)
    assert max(sizes) < transactions.LARGEST_WAL + 3_000_000
    assert min(sizes[5:]) < transactions.LARGEST_WAL
    log.verify()


def test_a_reader_that_stays_does_not_hold_up_the_checkpoint(
    path: Path, connection: Connection, log: SqliteEventLog
) -> None:
    connection.execute("PRAGMA busy_timeout = 10000")
    begun = time.monotonic()
    with closing(open_readonly(path)) as reader:
        reader.execute("BEGIN")
        before = count(reader)
        for number in range(8):
            log.append(noticed(str(number) * 1_000_000))
        assert count(reader) == before
    assert time.monotonic() - begun < 9
    assert count(connection) == 8


def test_a_log_in_memory_needs_no_lock() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection, EVENT_LOG)
        log = SqliteEventLog(connection, "")
        log.append(noticed("a"))
        log.verify()


def test_commits_of_a_closed_writer_are_in_the_one_file(path: Path) -> None:
    with closing(open_database(path)) as connection:
        SqliteEventLog(connection, "").append(noticed("a"))
    assert not Path(f"{path}-wal").exists()
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as alone:
        assert count(alone) == 1
