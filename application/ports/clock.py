"""What time it is."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time of day in UTC, and time that only ever goes forward."""

    @abstractmethod
    def now(self) -> datetime:
        """Give the time with its zone, UTC."""

    @abstractmethod
    def monotonic(self) -> float:
        """Give seconds since some moment."""
