"""Checkpoints in a scratch folder, with their register in memory."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from application.ports.checkpoint_store import CheckpointStore, Draft
from domain.checkpoint import (
    OPTIMIZER,
    BrokenCheckpointError,
    Checkpoint,
    FileDigest,
    manifest_digest,
)
from domain.ids import CampaignId, JobId, ref_of

DRAFT = "draft-"
_Files = dict[str, FileDigest]


class MemoryCheckpointStore(CheckpointStore):
    """Has real folders, because trainers write files; what was committed it knows by heart."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._committed: dict[str, _Files] = {}

    def draft(self, campaign_id: CampaignId, job_id: JobId, fence: int, step: int) -> Draft:
        """Open a folder."""
        claim = self.folder(campaign_id) / "checkpoints" / f"{ref_of(job_id)}.{fence}"
        claim.mkdir(parents=True, exist_ok=True)
        return Draft(
            campaign_id=campaign_id,
            job_id=job_id,
            fence=fence,
            step=step,
            location=tempfile.mkdtemp(prefix=DRAFT, dir=claim),
        )

    def commit(self, draft: Draft) -> Checkpoint:
        """Move the folder to its place and learn its files."""
        files = _measured(Path(draft.location))
        checkpoint = Checkpoint(
            campaign_id=draft.campaign_id,
            job_id=draft.job_id,
            fence=draft.fence,
            step=draft.step,
            name=f"checkpoints/{ref_of(draft.job_id)}.{draft.fence}/checkpoint-{draft.step}",
            digest=manifest_digest(tuple(files.values())),
        )
        if not files:
            raise BrokenCheckpointError(f"{checkpoint.name} holds no file")
        place = Path(self.locate(checkpoint))
        if self._committed.setdefault(str(place), files) != files:
            raise BrokenCheckpointError(f"{checkpoint.name} is there already, with other files")
        if place.exists():
            self.discard(draft)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            Path(draft.location).rename(place)
        return checkpoint

    def discard(self, draft: Draft) -> None:
        """Remove the folder."""
        shutil.rmtree(draft.location, ignore_errors=True)

    def verify(self, checkpoint: Checkpoint, *, optimizer: bool = True) -> None:
        """Compare the folder with what was learned."""
        place = self.locate(checkpoint)
        wanted, found = self._committed.get(place, {}), _measured(Path(place))
        if manifest_digest(tuple(wanted.values())) != checkpoint.digest:
            raise BrokenCheckpointError(f"{checkpoint.name} was never committed")
        for path in sorted(wanted.keys() | found.keys()):
            collected = path == OPTIMIZER and path not in found and not optimizer
            if not collected and wanted.get(path) != found.get(path):
                raise BrokenCheckpointError(f"{path} of {checkpoint.name} was changed")

    def locate(self, checkpoint: Checkpoint) -> str:
        """Give the path of the folder."""
        return str(self.folder(checkpoint.campaign_id) / checkpoint.name)

    def folder(self, campaign_id: CampaignId) -> Path:
        """Give the folder of a campaign."""
        return self._root / campaign_id


def _measured(folder: Path) -> _Files:
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            files[name] = FileDigest(path=name, size=len(content), sha256=digest)
    return files
