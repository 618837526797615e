"""Checkpoints in the folders of a hall's campaigns."""

import errno
import os
import re
import shutil
from pathlib import Path

from adapters.filesystem import manifest
from adapters.filesystem.atomic import (
    fsync,
    fsync_tree,
    private_folder,
    sha256_of,
    write_atomically,
)
from adapters.filesystem.checkpoint_file import open_of_checkpoint
from adapters.filesystem.places import STAGING, campaign_folder, checkpoint_folder
from application.ports.checkpoint_store import CheckpointStore, Draft
from domain.checkpoint import (
    OPTIMIZER,
    BrokenCheckpointError,
    Checkpoint,
    FileDigest,
    manifest_digest,
)
from domain.ids import CampaignId, JobId, ref_of


class FilesystemCheckpointStore(CheckpointStore):
    """Keeps campaigns/<hero>/<campaign>/checkpoints/<job-ref>.<fence>/checkpoint-<step>.

    A draft is a hidden folder beside; committing renames it. The drafts that earlier claims of a
    job left behind are removed when a later one opens its own.
    """

    def __init__(self, hall: Path) -> None:
        self._hall = hall

    def draft(self, campaign_id: CampaignId, job_id: JobId, fence: int, step: int) -> Draft:
        """Open an empty folder for this step of this claim."""
        checkpoints = campaign_folder(self._hall, campaign_id) / "checkpoints"
        folder = private_folder(checkpoints / f"{ref_of(job_id)}.{fence}")
        for left in _leftovers(checkpoints, ref_of(job_id), fence):
            shutil.rmtree(left, ignore_errors=True)
        staging = folder / f"{STAGING}{step}-{os.getpid()}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        return Draft(
            campaign_id=campaign_id, job_id=job_id, fence=fence, step=step, location=str(staging)
        )

    def commit(self, draft: Draft) -> Checkpoint:
        """Write the manifest, wait for the disk, and rename the draft to its place."""
        staging = Path(draft.location)
        files = _list(staging)
        checkpoint = self._checkpoint(draft, files)
        write_atomically(
            staging / manifest.NAME,
            manifest.render(draft.campaign_id, draft.job_id, draft.step, files),
        )
        fsync_tree(staging)
        try:
            staging.rename(self._folder(checkpoint))
        except OSError as error:
            if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                raise
            self._require_same(checkpoint)
            self.discard(draft)
        fsync(staging.parent)
        return checkpoint

    def discard(self, draft: Draft) -> None:
        """Remove the folder of the draft."""
        shutil.rmtree(draft.location, ignore_errors=True)

    def verify(self, checkpoint: Checkpoint, *, optimizer: bool = True) -> None:
        """Read every byte again."""
        folder = self._folder(checkpoint)
        wanted = manifest.read(folder, checkpoint)
        if manifest_digest(wanted) != checkpoint.digest:
            raise BrokenCheckpointError(f"{manifest.NAME} of {checkpoint.name} is another one")
        found = manifest.paths(folder)
        if added := sorted(found - {file.path for file in wanted}):
            raise BrokenCheckpointError(f"{added[0]} was added to {checkpoint.name}")
        for file in wanted:
            if file.path not in found and file.path == OPTIMIZER and not optimizer:
                continue
            if file.path not in found:
                raise BrokenCheckpointError(f"{file.path} of {checkpoint.name} is missing")
            if _measured(folder, file.path) != file:
                raise BrokenCheckpointError(f"{file.path} of {checkpoint.name} was changed")

    def locate(self, checkpoint: Checkpoint) -> str:
        """Give the path of the folder."""
        return str(self._folder(checkpoint))

    def _checkpoint(self, draft: Draft, files: tuple[FileDigest, ...]) -> Checkpoint:
        claim = f"{ref_of(draft.job_id)}.{draft.fence}"
        return Checkpoint(
            campaign_id=draft.campaign_id,
            job_id=draft.job_id,
            fence=draft.fence,
            step=draft.step,
            name=f"checkpoints/{claim}/checkpoint-{draft.step}",
            digest=manifest_digest(files),
        )

    def _require_same(self, checkpoint: Checkpoint) -> None:
        try:
            self.verify(checkpoint)
        except BrokenCheckpointError as error:
            raise BrokenCheckpointError(
                f"{checkpoint.name} is there already, with other files", why=str(error)
            ) from error

    def _folder(self, checkpoint: Checkpoint) -> Path:
        return checkpoint_folder(self._hall, checkpoint)


def _list(folder: Path) -> tuple[FileDigest, ...]:
    files = tuple(_measured(folder, path) for path in sorted(manifest.paths(folder)))
    if not files:
        raise BrokenCheckpointError(f"{folder.name} holds no file")
    return files


def _measured(folder: Path, path: str) -> FileDigest:
    with open_of_checkpoint(folder / path) as file:
        sha256 = sha256_of(file)
        return FileDigest(path=path, size=file.tell(), sha256=sha256)


def _leftovers(folder: Path, ref: str, fence: int) -> list[Path]:
    claim = re.compile(rf"{re.escape(ref)}\.(\d+)")
    found = ((claim.fullmatch(path.parent.name), path) for path in folder.glob(f"*/{STAGING}*"))
    return [path for match, path in found if match and int(match[1]) < fence]
