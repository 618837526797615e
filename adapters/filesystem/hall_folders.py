"""The folders of a hall on disk."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from adapters.filesystem.atomic import private_folder
from adapters.filesystem.hall import FOLDERS
from application.ports.hall_folders import HallFolders


class FilesystemHallFolders(HallFolders):
    """Compares a hall with what guild init makes."""

    def __init__(self, hall: Path) -> None:
        self._hall = hall

    def missing(self) -> Sequence[str]:
        """Look for each folder."""
        return [name for name in FOLDERS if not (self._hall / name).is_dir()]

    def make(self, names: Sequence[str]) -> None:
        """Make them private, as guild init does."""
        for name in names:
            private_folder(self._hall / name)

    def free_bytes(self) -> int:
        """Ask the file system."""
        return shutil.disk_usage(self._hall).free
