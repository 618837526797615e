"""The numbers of every step, in a database of their own: they may be lost, the log may not."""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from adapters.event_log.database import open_database, open_readonly
from adapters.event_log.migrations import METRICS
from adapters.event_log.transactions import transaction, translated
from application.ports.metrics import Metrics, Point
from domain.ids import JobId
from domain.thinning import thin

_KEEP = """
INSERT INTO metrics VALUES (?, ?, ?, ?)
ON CONFLICT (job_id, name, step) DO UPDATE SET value = excluded.value
"""
_SERIES = "SELECT step, value FROM metrics WHERE job_id = ? AND name = ? ORDER BY step"


class SqliteMetrics(Metrics):
    """Numbers in a database of open_metrics."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def append(self, job_id: JobId, step: int, values: Mapping[str, float]) -> None:
        """Keep the numbers of one step."""
        rows = [
            (job_id, name, step, value) for name, value in values.items() if math.isfinite(value)
        ]
        with transaction(self._connection):
            self._connection.executemany(_KEEP, rows)

    @translated()
    def series(self, job_id: JobId, name: str, most: int = 0) -> Sequence[Point]:
        """Give (step, value) pairs, at most `most` of them where it is not 0."""
        rows = self._connection.execute(_SERIES, (job_id, name))
        return thin([(row["step"], row["value"]) for row in rows], most)


def open_metrics(path: Path) -> sqlite3.Connection:
    """Open the metrics to write; make the file where there is none."""
    return open_database(path, METRICS)


def open_metrics_readonly(path: Path) -> sqlite3.Connection:
    """Open the metrics to read; where there is no file there are no numbers, and none is made."""
    if path.exists():
        return open_readonly(path, METRICS)
    nothing = sqlite3.connect(":memory:", isolation_level=None)
    for statement in chain.from_iterable(METRICS.steps):
        nothing.execute(statement)
    return nothing
