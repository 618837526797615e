"""Where checkpoints are kept."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.checkpoint import Checkpoint
from domain.ids import CampaignId, JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A place to write a checkpoint's files to, before it counts."""

    campaign_id: CampaignId
    job_id: JobId
    fence: int
    step: int
    location: str


class CheckpointStore(Protocol):
    """Checkpoints in two phases: written to a draft, then committed whole.

    - nothing of a draft can be read as a checkpoint; after a crash it is as if it never was;
    - a commit is on disk with a manifest of sizes and digests before the call returns;
    - a committed checkpoint is never rewritten: the same step of another claim has another place;
    - verify raises BrokenCheckpointError for a file that is missing, added, or differs in one byte;
    - without its optimizer, a checkpoint may lack that file and nothing else.
    """

    @abstractmethod
    def draft(self, campaign_id: CampaignId, job_id: JobId, fence: int, step: int) -> Draft:
        """Open an empty place."""

    @abstractmethod
    def commit(self, draft: Draft) -> Checkpoint:
        """Make the draft a checkpoint."""

    @abstractmethod
    def discard(self, draft: Draft) -> None:
        """Forget the draft."""

    @abstractmethod
    def verify(self, checkpoint: Checkpoint, *, optimizer: bool = True) -> None:
        """Compare every file with the manifest, and the manifest with the digest."""

    @abstractmethod
    def locate(self, checkpoint: Checkpoint) -> str:
        """Say where a model loader finds the checkpoint."""
