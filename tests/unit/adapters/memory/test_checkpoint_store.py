from pathlib import Path

import pytest

from adapters.memory.checkpoint_store import MemoryCheckpointStore
from tests.contracts.checkpoint_store import CheckpointStoreContract


class TestMemoryCheckpointStore(CheckpointStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> MemoryCheckpointStore:
        return MemoryCheckpointStore(tmp_path)
