import pytest

from adapters.memory.engine_probe import MemoryEngineProbe
from application.ports.engine_probe import EngineProbe
from tests.contracts.engine_probe import EngineProbeContract


class TestMemoryEngineProbe(EngineProbeContract):
    @pytest.fixture
    def probe(self) -> EngineProbe:
        return MemoryEngineProbe()

    @pytest.fixture
    def broken(self) -> EngineProbe:
        return MemoryEngineProbe(broken="no kernel runs")
