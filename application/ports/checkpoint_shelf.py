"""The room that checkpoints take, and how it is won back."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.checkpoint import Checkpoint, Part


@dataclass(frozen=True, slots=True)
class Room:
    """The bytes of a checkpoint that are there: of the optimizer's memory, and of all the rest."""

    weights: int
    optimizer: int


class CheckpointShelf(Protocol):
    """Committed checkpoints as things that take room.

    - what is not there takes none;
    - collecting removes a part and nothing else; doing it again, or after a crash in the middle of
      it, leaves the same;
    - what is put into quarantine is kept as it is, with the reason, where it is no checkpoint.
    """

    @abstractmethod
    def room(self, checkpoint: Checkpoint) -> Room:
        """Count the bytes of a checkpoint."""

    @abstractmethod
    def collect(self, checkpoint: Checkpoint, part: Part) -> None:
        """Remove a part of a checkpoint, which the log must know by then."""

    @abstractmethod
    def quarantine(self, checkpoint: Checkpoint, reason: str) -> str:
        """Put a broken checkpoint aside; say where it is now, '' if nothing was there."""
