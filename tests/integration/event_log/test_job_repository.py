from sqlite3 import Connection

import pytest

from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.job_repository import SqliteJobRepository
from domain.result import Cause
from tests.builders import CAMPAIGN, NOON
from tests.contracts.job_repository import JobRepositoryContract
from tests.contracts.jobs import Jobs, fence_of


class TestSqliteJobRepository(JobRepositoryContract):
    @pytest.fixture
    def log(self, connection: Connection) -> SqliteEventLog:
        return SqliteEventLog(connection, "cause-1")

    @pytest.fixture
    def repository(self, connection: Connection, log: SqliteEventLog) -> SqliteJobRepository:
        return SqliteJobRepository(connection, log)


class TestSqliteJobRepositorySpecifics:
    @pytest.fixture
    def jobs(self, connection: Connection, log: SqliteEventLog) -> Jobs:
        return Jobs(log, SqliteJobRepository(connection, log))

    def test_the_fence_is_the_place_of_the_start_in_the_log(self, jobs: Jobs) -> None:
        job_id = jobs.queue(1)
        jobs.give_up(jobs.claimed(), Cause.PAUSED)
        fence = fence_of(jobs.claimed())
        position = jobs.log.read_stream(f"job/{job_id}")[-1].position
        assert position == str(fence)

    def test_the_next_job_is_looked_up_and_not_searched(
        self, jobs: Jobs, connection: Connection
    ) -> None:
        queries: list[str] = []
        jobs.queue(1)
        connection.set_trace_callback(queries.append)
        jobs.claim()
        connection.set_trace_callback(None)
        (query,) = [query for query in queries if "ORDER BY begun" in query]
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        assert plan == ["SEARCH jobs USING INDEX jobs_next (campaign_id=?)"]

    def test_a_campaign_and_a_time_are_nothing_but_values(self, jobs: Jobs) -> None:
        jobs.queue(1)
        assert jobs.repository.find(campaign_id=CAMPAIGN) != []
        strange = type(CAMPAIGN)("x' OR '1'='1")
        assert jobs.repository.find(campaign_id=strange) == []
        assert jobs.claim(NOON, strange) is None
