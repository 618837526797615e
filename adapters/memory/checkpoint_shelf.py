"""The room that the checkpoints of a store in memory take."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from adapters.memory.checkpoint_store import DRAFT, MemoryCheckpointStore
from application.ports.checkpoint_shelf import CheckpointShelf, Lying, Room
from domain.checkpoint import OPTIMIZER, Checkpoint, Part
from domain.ids import CampaignId


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
        if part is Part.WHOLE:
            _remove(folder)
        elif not folder.is_symlink():
            (folder / OPTIMIZER).unlink(missing_ok=True)

    def quarantine(self, checkpoint: Checkpoint, reason: str) -> str:
        """Rename the folder."""
        folder = Path(self._store.locate(checkpoint))
        if not folder.exists():
            return ""
        aside = folder.with_name(f"broken-{len(self.reasons)}-{folder.name}")
        folder.rename(aside)
        self.reasons[str(aside)] = reason
        return str(aside)

    def lying(self, campaign_id: CampaignId) -> Sequence[Lying]:
        """Look through the folders of the store."""
        home = self._store.folder(campaign_id)
        found = sorted(home.glob("checkpoints/*/*"))
        return [
            Lying(
                campaign_id=campaign_id,
                ref=path.parent.name.rpartition(".")[0],
                fence=int(path.parent.name.rpartition(".")[2]),
                name=path.relative_to(home).as_posix(),
                size=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
                draft=path.name.startswith(DRAFT),
            )
            for path in found
            if path.name.startswith((DRAFT, "checkpoint-"))
        ]

    def sweep(self, lying: Lying) -> None:
        """Remove the folder."""
        _remove(self._store.folder(lying.campaign_id) / lying.name)


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
