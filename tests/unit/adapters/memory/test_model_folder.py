"""Model folders in memory keep their promises."""

import pytest

from adapters.memory.model_folder import MemoryModelFolder
from adapters.memory.model_loader import MemoryModel
from application.ports.model_folder import ModelFolder
from tests.contracts.model_folder import ModelFolderContract


class TestMemoryModelFolder(ModelFolderContract):
    @pytest.fixture
    def folders(self) -> ModelFolder:
        return MemoryModelFolder({"given": MemoryModel("abc", 4), "empty": None})

    @pytest.fixture
    def place(self) -> str:
        return "given"

    @pytest.fixture
    def empty(self) -> str:
        return "empty"

    @pytest.fixture
    def model(self) -> dict[str, bytes]:
        return {"model.json": b'{"digest": "abc", "steps": 4}'}
