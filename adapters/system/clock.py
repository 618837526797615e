"""The machine's clock."""

import time
from datetime import UTC, datetime

from application.ports.clock import Clock


class SystemClock(Clock):
    """Tells the time of this machine."""

    def now(self) -> datetime:
        """Give the time of day."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds since some moment after the machine started."""
        return time.monotonic()
