from pathlib import Path
from sqlite3 import Connection
from tempfile import TemporaryDirectory

from hypothesis.stateful import rule, run_state_machine_as_test

from adapters.event_log.campaign_repository import SqliteCampaignRepository
from adapters.event_log.database import open_database
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.job_repository import SqliteJobRepository
from tests.contracts.log_machine import LogMachine


class SqliteLogMachine(LogMachine):
    """The same stories, with another process going on after any step."""

    def __init__(self) -> None:
        self.folder = TemporaryDirectory(dir="/dev/shm")
        self.connection = open_database(Path(self.folder.name) / "guild.db")
        log, jobs, campaigns = over(self.connection)
        super().__init__(log, jobs, campaigns)

    @rule()
    def go_on_in_another_process(self) -> None:
        path = Path(self.folder.name) / "guild.db"
        self.connection.close()
        self.connection = open_database(path)
        self.log, self.jobs, self.campaigns = over(self.connection)

    def teardown(self) -> None:
        self.connection.close()
        self.folder.cleanup()


def over(
    connection: Connection,
) -> tuple[SqliteEventLog, SqliteJobRepository, SqliteCampaignRepository]:
    log = SqliteEventLog(connection, "story")
    return log, SqliteJobRepository(connection, log), SqliteCampaignRepository(connection)


def test_any_story_leaves_log_jobs_and_campaigns_in_agreement() -> None:
    run_state_machine_as_test(SqliteLogMachine)
