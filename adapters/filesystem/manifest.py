"""The list of a checkpoint's files with their sizes and digests."""

import json
from pathlib import Path
from typing import Any

from adapters.filesystem.checkpoint_file import open_of_checkpoint
from domain.checkpoint import BrokenCheckpointError, Checkpoint, FileDigest
from domain.ids import CampaignId, JobId

NAME = "manifest.json"
_SCHEMA = "guild.manifest/1"


def render(campaign_id: CampaignId, job_id: JobId, step: int, files: tuple[FileDigest, ...]) -> str:
    """Write the manifest; the same facts always give the same text."""
    listed = [{"path": file.path, "bytes": file.size, "sha256": file.sha256} for file in files]
    facts = {
        "schema": _SCHEMA,
        "campaign": campaign_id,
        "job": job_id,
        "step": step,
        "files": listed,
    }
    return json.dumps(facts, indent=1) + "\n"


def read(folder: Path, checkpoint: Checkpoint) -> tuple[FileDigest, ...]:
    """Read the manifest of a checkpoint, which must be the text that was written for it."""
    with open_of_checkpoint(folder / NAME) as file:
        content = file.read()
    try:
        text = content.decode()
        files = tuple(_file(facts) for facts in json.loads(text)["files"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenCheckpointError(f"{NAME} of {checkpoint.name} cannot be read") from error
    if text != render(checkpoint.campaign_id, checkpoint.job_id, checkpoint.step, files):
        raise BrokenCheckpointError(f"{NAME} of {checkpoint.name} was changed")
    return files


def paths(folder: Path) -> set[str]:
    """Name everything below a folder that is not itself a folder, the manifest aside."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in found} - {NAME}


def _file(facts: dict[str, Any]) -> FileDigest:
    path, size, sha256 = facts["path"], facts["bytes"], facts["sha256"]
    if not (isinstance(path, str) and isinstance(size, int) and isinstance(sha256, str)):
        raise TypeError("an entry of the list has fields of other types")
    return FileDigest(path=path, size=size, sha256=sha256)
