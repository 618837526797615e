"""Where campaigns and their checkpoints lie in a hall."""

from pathlib import Path, PurePosixPath

from domain.checkpoint import BrokenCheckpointError, Checkpoint

STAGING = ".staging-"


def campaign_folder(hall: Path, campaign_id: str) -> Path:
    """Give the folder of a campaign."""
    return inside(hall / "campaigns", campaign_id)


def checkpoint_folder(hall: Path, checkpoint: Checkpoint) -> Path:
    """Give the folder of a checkpoint."""
    return inside(campaign_folder(hall, checkpoint.campaign_id), checkpoint.name)


def inside(folder: Path, name: str) -> Path:
    """Give a place below a folder; refuse a name that leads out of it."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or parts[0] == "/" or "\0" in name:
        raise BrokenCheckpointError(f"{name!r} does not name a place inside the hall")
    return folder.joinpath(*parts)
