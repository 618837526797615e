import pytest

from adapters.memory.event_log import MemoryEventLog
from adapters.memory.job_repository import MemoryJobRepository
from tests.contracts.job_repository import JobRepositoryContract


class TestMemoryJobRepository(JobRepositoryContract):
    @pytest.fixture
    def log(self) -> MemoryEventLog:
        return MemoryEventLog()

    @pytest.fixture
    def repository(self, log: MemoryEventLog) -> MemoryJobRepository:
        return MemoryJobRepository(log)
