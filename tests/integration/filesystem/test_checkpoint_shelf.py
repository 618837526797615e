import stat
from pathlib import Path

import pytest

from adapters.filesystem.checkpoint_shelf import FilesystemCheckpointShelf
from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from domain.checkpoint import Part
from tests.builders import CAMPAIGN
from tests.contracts.checkpoint_shelf import CheckpointShelfContract
from tests.contracts.checkpoint_store import FILES, save


@pytest.fixture
def store(tmp_path: Path) -> FilesystemCheckpointStore:
    return FilesystemCheckpointStore(tmp_path)


@pytest.fixture
def shelf(tmp_path: Path) -> FilesystemCheckpointShelf:
    return FilesystemCheckpointShelf(tmp_path)


class TestFilesystemCheckpointShelf(CheckpointShelfContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FilesystemCheckpointStore:
        return FilesystemCheckpointStore(tmp_path)

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> FilesystemCheckpointShelf:
        return FilesystemCheckpointShelf(tmp_path)


def test_quarantine_is_a_private_place_of_the_hall_with_the_reason(
    store: FilesystemCheckpointStore, shelf: FilesystemCheckpointShelf, tmp_path: Path
) -> None:
    checkpoint = save(store)
    aside = Path(shelf.quarantine(checkpoint, "optimizer.pt was changed"))
    assert aside.parent.parent == tmp_path / ".guild" / "quarantine" / CAMPAIGN
    assert aside.name == "checkpoint-10"
    reason = (aside.parent / "reason.txt").read_text()
    assert checkpoint.name in reason
    assert "optimizer.pt was changed" in reason
    for folder in (aside.parent, *list(aside.parents)[1:4]):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_in_the_place_of_a_checkpoint_is_put_aside_and_what_it_leads_to_stays(
    store: FilesystemCheckpointStore, shelf: FilesystemCheckpointShelf, tmp_path: Path
) -> None:
    checkpoint = save(store)
    folder = Path(store.locate(checkpoint))
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    aside = Path(shelf.quarantine(checkpoint, "it is a link"))
    assert aside.is_symlink()
    assert not folder.is_symlink()
    assert (tmp_path / "elsewhere" / "optimizer.pt").read_bytes() == FILES["optimizer.pt"]


def test_the_folder_of_a_claim_goes_with_its_last_checkpoint(
    store: FilesystemCheckpointStore, shelf: FilesystemCheckpointShelf
) -> None:
    first, second = save(store), save(store, step=20)
    claim = Path(store.locate(first)).parent
    shelf.collect(first, Part.WHOLE)
    assert claim.exists()
    shelf.collect(second, Part.WHOLE)
    assert not claim.exists()


def test_a_file_in_the_place_of_a_checkpoint_is_collected(
    store: FilesystemCheckpointStore, shelf: FilesystemCheckpointShelf
) -> None:
    checkpoint = save(store)
    folder = Path(store.locate(checkpoint))
    folder.rename(folder.with_name("moved"))
    folder.touch()
    shelf.collect(checkpoint, Part.WHOLE)
    assert not folder.exists()


def test_what_lies_behind_a_link_is_not_looked_at(
    store: FilesystemCheckpointStore, shelf: FilesystemCheckpointShelf, tmp_path: Path
) -> None:
    claim = Path(store.locate(save(store))).parent
    claim.rename(tmp_path / "elsewhere")
    claim.symlink_to(tmp_path / "elsewhere")
    assert shelf.lying(CAMPAIGN) == []
