"""The numbers of every step, for as long as the process lives."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from application.ports.metrics import Metrics, Point
from domain.ids import JobId
from domain.thinning import thin


class MemoryMetrics(Metrics):
    """Numbers in dicts."""

    def __init__(self) -> None:
        self._series: dict[tuple[JobId, str], dict[int, float]] = defaultdict(dict)

    def append(self, job_id: JobId, step: int, values: Mapping[str, float]) -> None:
        """Keep the numbers of one step."""
        for name, value in values.items():
            if math.isfinite(value):
                self._series[job_id, name][step] = value

    def series(self, job_id: JobId, name: str, most: int = 0) -> Sequence[Point]:
        """Give (step, value) pairs, at most `most` of them where it is not 0."""
        return thin(sorted(self._series.get((job_id, name), {}).items()), most)
