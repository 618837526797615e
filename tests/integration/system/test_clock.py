from datetime import UTC, datetime

import pytest

from adapters.system.clock import SystemClock
from tests.contracts.clock import ClockContract


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


def test_it_tells_the_time_of_this_machine() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
