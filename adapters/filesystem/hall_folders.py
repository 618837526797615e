"""The folders of a hall on disk."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from adapters.filesystem.arriving import is_stray
from adapters.filesystem.atomic import private_folder
from adapters.filesystem.hall import FOLDERS
from application.ports.hall_folders import HallFolders
from domain.dataset import Priority
from domain.text import printable


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

    def strays(self) -> Sequence[str]:
        """Look through the folders in which datasets arrive."""
        folders = [self._hall / "queue" / priority for priority in Priority]
        return [
            printable(f"queue/{folder.name}/{name}")
            for folder in filter(Path.is_dir, folders)
            for name in _strays_in(folder)
        ]


def _strays_in(folder: Path) -> Sequence[str]:
    names = {path.name for path in folder.iterdir()}
    return sorted(name for name in names if is_stray(name, names))
