from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.event_log.metrics import SqliteMetrics, open_metrics, open_metrics_readonly
from tests.contracts.metrics import JOB, MetricsContract


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.db"


class TestSqliteMetrics(MetricsContract):
    @pytest.fixture
    def metrics(self, path: Path) -> Iterator[SqliteMetrics]:
        with closing(open_metrics(path)) as connection:
            yield SqliteMetrics(connection)


class TestSqliteMetricsSpecifics:
    def test_numbers_are_there_for_the_next_process(self, path: Path) -> None:
        with closing(open_metrics(path)) as connection:
            SqliteMetrics(connection).append(JOB, 1, {"loss": 1.5})
        with closing(open_metrics_readonly(path)) as connection:
            assert list(SqliteMetrics(connection).series(JOB, "loss")) == [(1, 1.5)]

    def test_numbers_can_be_read_while_they_are_written(self, path: Path) -> None:
        with (
            closing(open_metrics(path)) as connection,
            closing(open_metrics_readonly(path)) as reading,
        ):
            for step in range(3):
                SqliteMetrics(connection).append(JOB, step, {"loss": 1.5})
                assert len(SqliteMetrics(reading).series(JOB, "loss")) == step + 1

    def test_before_any_number_there_is_no_file_and_reading_makes_none(self, path: Path) -> None:
        with closing(open_metrics_readonly(path)) as connection:
            assert list(SqliteMetrics(connection).series(JOB, "loss", 5)) == []
        assert list(path.parent.iterdir()) == []
