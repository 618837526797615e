"""Models in folders that others made."""

from abc import abstractmethod
from typing import Protocol

from domain.errors import ErrorCode, ExitStatus, GuildError


class ModelFolderError(GuildError):
    """A folder holds no model that can be copied."""

    code = ErrorCode.MODEL_UNAVAILABLE
    exit_status = ExitStatus.CANNOT_HERE


class ModelFolder(Protocol):
    """Models in folders that others made, and may change or remove.

    - a model is whole, and its weights are plain numbers, or it is refused;
    - what belongs to the model is copied, and nothing of its training;
    - nothing in the folder is ever changed.
    """

    @abstractmethod
    def exists(self, place: str) -> bool:
        """Tell whether a folder is there, whatever it holds."""

    @abstractmethod
    def check(self, place: str) -> str:
        """Give the folder's full name; raise ModelFolderError where no whole model is."""

    @abstractmethod
    def copy(self, place: str, location: str) -> None:
        """Copy the model to the empty place of a draft; raise ModelFolderError."""
