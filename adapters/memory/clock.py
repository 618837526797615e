"""A clock that moves when it is told to."""

from datetime import datetime, timedelta

from application.ports.clock import Clock


class MemoryClock(Clock):
    """Begins at a moment and goes on by a step with each question."""

    def __init__(self, start: datetime, step: timedelta = timedelta()) -> None:
        self._start = start
        self._passed = timedelta()
        self._step = step

    def now(self) -> datetime:
        """Give the moment that it has come to."""
        self.move(self._step)
        return self._start + self._passed

    def monotonic(self) -> float:
        """Give the seconds since it began."""
        self.move(self._step)
        return self._passed.total_seconds()

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._passed += by
