"""The room that the checkpoints of a hall take on its disk."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from adapters.filesystem.atomic import fsync, private_folder, write_atomically
from adapters.filesystem.places import STAGING, campaign_folder, checkpoint_folder, inside
from application.ports.checkpoint_shelf import CheckpointShelf, Lying, Room
from domain.checkpoint import OPTIMIZER, Checkpoint, Part
from domain.ids import CampaignId

_CLAIM = re.compile(r"([^.]+)\.(\d+)")
_LYING = re.compile(rf"{re.escape(STAGING)}.+|checkpoint-\d+")


class FilesystemCheckpointShelf(CheckpointShelf):
    """Puts what is broken into .guild/quarantine/<hero>/<campaign>/, each in a folder of its own.

    There it lies beside reason.txt. The folder of a claim goes with its last checkpoint.
    """

    def __init__(self, hall: Path) -> None:
        self._hall = hall
        self._quarantine = hall / ".guild" / "quarantine"

    def room(self, checkpoint: Checkpoint) -> Room:
        """Add up the sizes of the files."""
        folder = checkpoint_folder(self._hall, checkpoint)
        optimizer = 0 if folder.is_symlink() else _size(folder / OPTIMIZER)
        return Room(weights=_size_of_all(folder) - optimizer, optimizer=optimizer)

    def collect(self, checkpoint: Checkpoint, part: Part) -> None:
        """Remove the optimizer's file, or the folder."""
        folder = checkpoint_folder(self._hall, checkpoint)
        if part is Part.WHOLE:
            _remove(folder)
        elif not folder.is_symlink():
            (folder / OPTIMIZER).unlink(missing_ok=True)

    def quarantine(self, checkpoint: Checkpoint, reason: str) -> str:
        """Rename the folder, so that nothing is copied, lost, or written over."""
        folder = checkpoint_folder(self._hall, checkpoint)
        if not folder.is_symlink() and not folder.exists():
            return ""
        kept = private_folder(inside(self._quarantine, checkpoint.campaign_id))
        aside = Path(tempfile.mkdtemp(prefix=f"{folder.parent.name}-", dir=kept))
        write_atomically(aside / "reason.txt", f"{checkpoint.name}\n{reason}\n")
        moved = shutil.move(folder, aside / folder.name)
        fsync(folder.parent)
        return str(moved)

    def lying(self, campaign_id: CampaignId) -> Sequence[Lying]:
        """Look through the folders of claims, by their names."""
        home = campaign_folder(self._hall, campaign_id)
        claims = sorted(path for path in home.glob("checkpoints/*") if not path.is_symlink())
        return [
            Lying(
                campaign_id=campaign_id,
                ref=claim[1],
                fence=int(claim[2]),
                name=path.relative_to(home).as_posix(),
                size=_size_of_all(path),
                draft=path.name.startswith(STAGING),
            )
            for folder in claims
            if (claim := _CLAIM.fullmatch(folder.name))
            for path in sorted(folder.glob("*"))
            if _LYING.fullmatch(path.name)
        ]

    def sweep(self, lying: Lying) -> None:
        """Remove the folder, and that of the claim with its last."""
        _remove(inside(campaign_folder(self._hall, lying.campaign_id), lying.name))


def _remove(folder: Path) -> None:
    """Remove a folder, or what is in its place, and the folder of its claim with its last."""
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
    with suppress(OSError):  # another step of the claim is there, or the claim is gone
        folder.parent.rmdir()


def _size_of_all(folder: Path) -> int:
    if folder.is_symlink():
        return 0
    return sum(_size(path) for path in folder.rglob("*") if not path.is_dir())


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
