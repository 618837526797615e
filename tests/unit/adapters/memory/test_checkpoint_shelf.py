from pathlib import Path

import pytest

from adapters.memory.checkpoint_shelf import MemoryCheckpointShelf
from adapters.memory.checkpoint_store import MemoryCheckpointStore
from tests.contracts.checkpoint_shelf import CheckpointShelfContract


class TestMemoryCheckpointShelf(CheckpointShelfContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> MemoryCheckpointStore:
        return MemoryCheckpointStore(tmp_path)

    @pytest.fixture
    def shelf(self, store: MemoryCheckpointStore) -> MemoryCheckpointShelf:
        return MemoryCheckpointShelf(store)
