"""The numbers of every step."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.ids import JobId

Point = tuple[int, float]


class Metrics(Protocol):
    """Numbers per job, step and name; not events, and not restored from the log.

    - a number written again for the same job, step and name replaces the old one, so that a job
      which goes on from a checkpoint leaves one line and not two;
    - a series is in the order of its steps; thinned to a length, it keeps its first and last point
      and is the same at every reading;
    - a number that is not finite is not kept.
    """

    @abstractmethod
    def append(self, job_id: JobId, step: int, values: Mapping[str, float]) -> None:
        """Keep the numbers of one step."""

    @abstractmethod
    def series(self, job_id: JobId, name: str, most: int = 0) -> Sequence[Point]:
        """Give (step, value) pairs, at most `most` of them where it is not 0."""
