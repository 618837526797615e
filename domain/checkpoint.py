"""A committed checkpoint: complete, with a manifest, known to the log."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.ids import CampaignId, JobId

OPTIMIZER = "optimizer.pt"


class Part(StrEnum):
    """What of a checkpoint is given up for room: the optimizer's memory, or all of it."""

    OPTIMIZER = "optimizer"
    WHOLE = "whole"


class BrokenCheckpointError(GuildError):
    """A checkpoint is not what its manifest says."""

    code = ErrorCode.CHECKPOINT
    exit_status = ExitStatus.UNHEALTHY


class CollectedCheckpointError(GuildError):
    """A checkpoint was given up for room."""

    code = ErrorCode.CHECKPOINT

    def __init__(self, checkpoint: "Checkpoint", part: Part) -> None:
        what = "the optimizer's memory of " if part is Part.OPTIMIZER else ""
        super().__init__(
            f"{what}{checkpoint.name} was collected for room",
            fix=("guild checkpoint list", "next time: guild checkpoint pin CHECKPOINT"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """One file of a checkpoint; bytes are counted, the digest is SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a job left the model: step counts over the whole campaign.

    digest is that of the manifest; name is the place inside the campaign's folder.
    """

    campaign_id: CampaignId
    job_id: JobId
    fence: int
    step: int
    name: str
    digest: str

    @property
    def address(self) -> str:
        """Name the checkpoint for other machines: campaign and the manifest's digest."""
        return f"{self.campaign_id}@{self.digest[:12]}"


def manifest_digest(files: tuple[FileDigest, ...]) -> str:
    """Give one SHA-256 in hex over the sorted list of files."""
    listed = json.dumps(sorted((file.path, file.size, file.sha256) for file in files))
    return hashlib.sha256(listed.encode()).hexdigest()
