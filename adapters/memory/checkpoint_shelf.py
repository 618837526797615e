"""The room that the checkpoints of a store in memory take."""

import shutil
from pathlib import Path

from adapters.memory.checkpoint_store import MemoryCheckpointStore
from application.ports.checkpoint_shelf import CheckpointShelf, Room
from domain.checkpoint import OPTIMIZER, Checkpoint, Part


class MemoryCheckpointShelf(CheckpointShelf):
    """Works on the folders of the store; reasons holds what was put aside, by where it lies."""

    def __init__(self, store: MemoryCheckpointStore) -> None:
        self._store = store
        self.reasons: dict[str, str] = {}

    def room(self, checkpoint: Checkpoint) -> Room:
        """Add up the sizes of the files."""
        folder = Path(self._store.locate(checkpoint))
        sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
        optimizer = sizes.get(folder / OPTIMIZER, 0)
        return Room(weights=sum(sizes.values()) - optimizer, optimizer=optimizer)

    def collect(self, checkpoint: Checkpoint, part: Part) -> None:
        """Remove the optimizer's file, or the folder."""
        folder = Path(self._store.locate(checkpoint))
        if part is Part.OPTIMIZER:
            (folder / OPTIMIZER).unlink(missing_ok=True)
        elif folder.exists():
            shutil.rmtree(folder)

    def quarantine(self, checkpoint: Checkpoint, reason: str) -> str:
        """Rename the folder."""
        folder = Path(self._store.locate(checkpoint))
        if not folder.exists():
            return ""
        aside = folder.with_name(f"broken-{len(self.reasons)}-{folder.name}")
        folder.rename(aside)
        self.reasons[str(aside)] = reason
        return str(aside)
