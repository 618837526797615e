"""What every clock owes."""

from datetime import timedelta

import pytest

from application.ports.clock import Clock


class ClockContract:
    """Subclasses give a clock."""

    @pytest.fixture
    def clock(self) -> Clock:
        raise NotImplementedError

    def test_the_time_of_day_is_told_in_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta(0)

    def test_monotonic_time_never_goes_back(self, clock: Clock) -> None:
        told = [clock.monotonic() for _ in range(100)]
        assert told == sorted(told)
