"""Model folders that were handed over."""

from collections.abc import Mapping

from adapters.memory.model_loader import MemoryModel
from application.ports.model_folder import ModelFolder, ModelFolderError


class MemoryModelFolder(ModelFolder):
    """Knows the given folders and the model in each, None where there is none."""

    def __init__(self, folders: Mapping[str, MemoryModel | None] | None = None) -> None:
        self._folders = folders or {}

    def exists(self, place: str) -> bool:
        """Look the folder up."""
        return place in self._folders

    def check(self, place: str) -> str:
        """Look the model up."""
        self._model(place)
        return place

    def copy(self, place: str, location: str) -> None:
        """Write the model."""
        self._model(place).write(location)

    def _model(self, place: str) -> MemoryModel:
        model = self._folders.get(place)
        if model is None:
            raise ModelFolderError(f"there is no model in {place}")
        return model
