import pytest

from adapters.memory.metrics import MemoryMetrics
from tests.contracts.metrics import MetricsContract


class TestMemoryMetrics(MetricsContract):
    @pytest.fixture
    def metrics(self) -> MemoryMetrics:
        return MemoryMetrics()
