from dataclasses import replace

import pytest

from adapters.memory.event_log import MemoryEventLog
from tests.contracts.event_log import Damage, EventLogContract


class TestMemoryEventLog(EventLogContract):
    @pytest.fixture
    def log(self) -> MemoryEventLog:
        return MemoryEventLog("cause-1")

    @pytest.fixture
    def change(self, log: MemoryEventLog) -> Damage:
        def change(place: int) -> None:
            recorded = log._history[place - 1]
            event = replace(recorded.event, at=recorded.event.at.replace(hour=13))
            log._history[place - 1] = replace(recorded, event=event)

        return change

    @pytest.fixture
    def remove(self, log: MemoryEventLog) -> Damage:
        def remove(place: int) -> None:
            del log._history[place - 1]

        return remove

    @pytest.fixture
    def repeat(self, log: MemoryEventLog) -> Damage:
        def repeat(place: int) -> None:
            log._history.append(log._history[place - 1])

        return repeat
