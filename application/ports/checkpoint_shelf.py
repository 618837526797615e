"""The room that checkpoints take, and how it is won back."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.checkpoint import Checkpoint, Part
from domain.ids import CampaignId


@dataclass(frozen=True, slots=True)
class Room:
    """The bytes of a checkpoint that are there: of the optimizer's memory, and of all the rest."""

    weights: int
    optimizer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A draft or a checkpoint as it lies there, whatever the log says of it.

    ref and fence are those of the job and the claim that made it; name is the place inside the
    campaign's folder.
    """

    campaign_id: CampaignId
    ref: str
    fence: int
    name: str
    size: int
    draft: bool


class CheckpointShelf(Protocol):
    """Committed checkpoints as things that take room.

    - what is not there takes none;
    - collecting removes a part and nothing else; doing it again, or after a crash in the middle of
      it, leaves the same;
    - drafts and checkpoints are found where claims put them, and nothing else is; what was swept is
      gone, and nothing beside it;
    - a link is removed or put aside as a link, and what it leads to stays;
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

    @abstractmethod
    def lying(self, campaign_id: CampaignId) -> Sequence[Lying]:
        """Find all drafts and checkpoints of a campaign, with what no log names."""

    @abstractmethod
    def sweep(self, lying: Lying) -> None:
        """Remove a draft, or a checkpoint that the log never knew; it may be gone already."""
