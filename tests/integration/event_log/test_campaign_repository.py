from sqlite3 import Connection

import pytest

from adapters.event_log.campaign_repository import SqliteCampaignRepository
from adapters.event_log.event_log import SqliteEventLog
from tests.contracts.campaign_repository import CampaignRepositoryContract


class TestSqliteCampaignRepository(CampaignRepositoryContract):
    @pytest.fixture
    def log(self, connection: Connection) -> SqliteEventLog:
        return SqliteEventLog(connection, "cause-1")

    @pytest.fixture
    def repository(self, connection: Connection) -> SqliteCampaignRepository:
        return SqliteCampaignRepository(connection)
