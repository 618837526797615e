"""Folders that are only names."""

from collections.abc import Sequence

from application.ports.hall_folders import HallFolders


class MemoryHallFolders(HallFolders):
    """Misses the folders that it was made without, and holds the strays that it was made with."""

    def __init__(
        self,
        *,
        missing: Sequence[str] = (),
        free_bytes: int = 10**12,
        strays: Sequence[str] = (),
    ) -> None:
        self._missing, self._free_bytes = list(missing), free_bytes
        self._strays = tuple(strays)

    def missing(self) -> Sequence[str]:
        """Give the names that were not made yet."""
        return list(self._missing)

    def make(self, names: Sequence[str]) -> None:
        """Cross the names out."""
        self._missing = [name for name in self._missing if name not in names]

    def free_bytes(self) -> int:
        """Give the number that it was made with."""
        return self._free_bytes

    def strays(self) -> Sequence[str]:
        """Give the names that it was made with."""
        return self._strays
