from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from adapters.event_log.database import open_database
from adapters.event_log.event_log import SqliteEventLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guild.db"


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    with closing(open_database(path)) as connection:
        yield connection


@pytest.fixture
def log(connection: Connection) -> SqliteEventLog:
    return SqliteEventLog(connection, "cause-1")
