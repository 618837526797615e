"""The room that the checkpoints of a hall take on its disk."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from adapters.filesystem.atomic import fsync, private_folder, write_atomically
from adapters.filesystem.places import checkpoint_folder, inside
from application.ports.checkpoint_shelf import CheckpointShelf, Room
from domain.checkpoint import OPTIMIZER, Checkpoint, Part


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
        optimizer = _size(folder / OPTIMIZER)
        everything = sum(_size(path) for path in folder.rglob("*") if not path.is_dir())
        return Room(weights=everything - optimizer, optimizer=optimizer)

    def collect(self, checkpoint: Checkpoint, part: Part) -> None:
        """Remove the optimizer's file, or the folder."""
        folder = checkpoint_folder(self._hall, checkpoint)
        if part is Part.OPTIMIZER:
            (folder / OPTIMIZER).unlink(missing_ok=True)
            return
        if folder.is_dir():
            shutil.rmtree(folder)
        with suppress(OSError):  # another step of the claim is there, or the claim is gone
            folder.parent.rmdir()

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


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
