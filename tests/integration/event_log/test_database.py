import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from adapters.event_log.database import open_database, open_readonly
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.migrations import EVENT_LOG, METRICS, migrate
from application.ports.event_log import START, BrokenLogError
from tests.contracts.event_log import noticed

Open = Callable[[Path], Connection]


def pragma(connection: Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def files(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def test_a_commit_is_on_disk_and_a_foreign_file_is_not_trusted(connection: Connection) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "wal_autocheckpoint": 0,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "user_version": EVENT_LOG.version,
    }
    assert {name: pragma(connection, name) for name in wanted} == wanted
    assert connection.isolation_level is None


def test_metrics_are_written_without_waiting_for_the_disk(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "metrics.db", METRICS)) as connection:
        assert pragma(connection, "synchronous") == 1


def test_nobody_else_may_read_the_files(path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(open_database(path)) as connection:
            SqliteEventLog(connection, "").append(noticed("a"))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(
        ["guild.db", "guild.db-shm", "guild.db-wal", "guild.db.lock"], 0o600
    )


def test_opening_again_keeps_what_is_there(path: Path) -> None:
    for number in range(3):
        with closing(open_database(path)) as connection:
            log = SqliteEventLog(connection, "")
            assert len(log.read_after(START)) == number
            log.append(noticed("a"))


def test_the_history_of_the_tables_is_kept(connection: Connection) -> None:
    rows = connection.execute("SELECT migration_set, name FROM _sqlite_migrations").fetchall()
    assert [tuple(row) for row in rows] == [("event log", "version 1")]


def test_a_crash_in_the_middle_of_a_migration_is_mended_by_the_next_opening(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.set_authorizer(
            lambda action, name, *_: (
                sqlite3.SQLITE_DENY
                if action == sqlite3.SQLITE_CREATE_TABLE and name == "campaigns"
                else sqlite3.SQLITE_OK
            )
        )
        with pytest.raises(sqlite3.DatabaseError):
            migrate(connection, EVENT_LOG)
    with closing(open_database(path)) as connection:
        log = SqliteEventLog(connection, "")
        log.append(noticed("a"))
        log.verify()


@pytest.mark.parametrize("at_rest", [True, False])
def test_reading_leaves_no_file_behind(path: Path, at_rest: bool) -> None:  # noqa: FBT001
    writer = open_database(path)
    SqliteEventLog(writer, "").append(noticed("a"))
    if at_rest:
        writer.close()
    before = files(path)
    with closing(open_readonly(path)) as reader:
        log = SqliteEventLog(reader, "")
        assert len(log.read_after(START)) == 1
        log.verify()
    assert files(path) == before
    writer.close()


def test_a_reader_cannot_write(path: Path) -> None:
    open_database(path).close()
    with closing(open_readonly(path)) as reader, pytest.raises(BrokenLogError, match="readonly"):
        SqliteEventLog(reader, "").append(noticed("a"))


@pytest.mark.parametrize("at_rest", [True, False])
def test_a_reader_sees_what_is_written_after_it_opened(path: Path, at_rest: bool) -> None:  # noqa: FBT001
    writer = open_database(path)
    if at_rest:
        writer.close()
    with closing(open_readonly(path)) as reader, closing(open_database(path)) as writer:
        for number in range(3):
            assert len(SqliteEventLog(reader, "").read_after(START)) == number
            SqliteEventLog(writer, "").append(noticed("a"))


def test_a_reader_in_the_middle_of_reading_holds_no_writer_up(path: Path) -> None:
    with closing(open_database(path)) as writer, closing(open_readonly(path)) as reader:
        writer.execute("PRAGMA busy_timeout = 0")
        SqliteEventLog(writer, "").append(noticed("a"))
        reader.execute("BEGIN")
        seen = len(SqliteEventLog(reader, "").read_after(START))
        SqliteEventLog(writer, "").append(noticed("b"))
        assert len(SqliteEventLog(reader, "").read_after(START)) == seen


def test_where_no_log_is_none_is_made_by_reading(path: Path) -> None:
    with pytest.raises(BrokenLogError):
        open_readonly(path)
    assert files(path) == []


@pytest.mark.parametrize("opened", [open_database, open_readonly])
def test_tables_of_a_newer_guild_are_refused(path: Path, opened: Open) -> None:
    with closing(open_database(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(BrokenLogError, match="version 99") as refusal:
        opened(path)
    assert refusal.value.fix == ("upgrade guild",)


def test_tables_of_an_older_guild_are_not_read_but_brought_up_to_date_by_a_writer(
    path: Path,
) -> None:
    sqlite3.connect(path).close()
    with pytest.raises(BrokenLogError, match="version 0") as refusal:
        open_readonly(path)
    assert "writes" in refusal.value.fix[0]
    open_database(path).close()
    open_readonly(path).close()


@pytest.mark.parametrize("opened", [open_database, open_readonly])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path, opened: Open) -> None:
    path.write_text("I am a letter to a friend.\n" * 100)
    with pytest.raises(BrokenLogError, match="not a database"):
        opened(path)
    assert path.read_text().startswith("I am a letter")


@pytest.mark.parametrize("opened", [open_database, open_readonly])
def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, opened: Open) -> None:
    with pytest.raises(BrokenLogError):
        opened(tmp_path / "no" / "guild.db")


def test_a_damaged_page_is_found(path: Path, connection: Connection, log: SqliteEventLog) -> None:
    for number in range(200):
        log.append(noticed(f"{number:0500}"))
    connection.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    with closing(open_readonly(path)) as reader, pytest.raises(BrokenLogError):
        SqliteEventLog(reader, "").verify()


def test_strange_folders_are_only_folders(tmp_path: Path) -> None:
    path = tmp_path / "50% off? a#b &mode=memory" / "guild.db"
    path.parent.mkdir()
    with closing(open_database(path)) as connection:
        SqliteEventLog(connection, "").append(noticed("a"))
        with closing(open_readonly(path)) as reader:
            assert len(SqliteEventLog(reader, "").read_after(START)) == 1
    assert files(path) == ["guild.db", "guild.db.lock"]
