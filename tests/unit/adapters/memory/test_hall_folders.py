import pytest

from adapters.memory.hall_folders import MemoryHallFolders
from application.ports.hall_folders import HallFolders
from tests.contracts.hall_folders import HallFoldersContract


class TestMemoryHallFolders(HallFoldersContract):
    @pytest.fixture
    def folders(self) -> HallFolders:
        return MemoryHallFolders(missing=["status", "queue/low"], strays=["queue/normal/rows.xlsx"])
