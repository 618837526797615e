"""The folders of a hall."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol


class HallFolders(Protocol):
    """Which folders a hall has, and the room that is left for them.

    - what was made is not missing any more; making changes nothing that is there;
    - a stray is a finished file where datasets arrive, of a kind that guild does not take in.
    """

    @abstractmethod
    def missing(self) -> Sequence[str]:
        """Name the folders that a hall should have and this one has not."""

    @abstractmethod
    def make(self, names: Sequence[str]) -> None:
        """Make folders that are missing."""

    @abstractmethod
    def free_bytes(self) -> int:
        """Give the free bytes of the hall's disk."""

    @abstractmethod
    def strays(self) -> Sequence[str]:
        """Name the strays in the folders of the queue, such as 'queue/normal/rows.xlsx'."""
