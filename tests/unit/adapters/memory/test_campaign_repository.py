import pytest

from adapters.memory.campaign_repository import MemoryCampaignRepository
from adapters.memory.event_log import MemoryEventLog
from tests.contracts.campaign_repository import CampaignRepositoryContract


class TestMemoryCampaignRepository(CampaignRepositoryContract):
    @pytest.fixture
    def log(self) -> MemoryEventLog:
        return MemoryEventLog()

    @pytest.fixture
    def repository(self, log: MemoryEventLog) -> MemoryCampaignRepository:
        return MemoryCampaignRepository(log)
