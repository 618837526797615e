from datetime import timedelta

import pytest

from adapters.memory.clock import MemoryClock
from tests.builders import NOON
from tests.contracts.clock import ClockContract


class TestMemoryClock(ClockContract):
    @pytest.fixture
    def clock(self) -> MemoryClock:
        return MemoryClock(NOON, timedelta(seconds=1))


def test_it_stands_still_until_it_is_moved() -> None:
    clock = MemoryClock(NOON)
    before = clock.monotonic()
    assert clock.now() == clock.now() == NOON
    clock.move(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    assert clock.monotonic() - before == 3600
