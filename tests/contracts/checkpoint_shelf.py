"""What every shelf of checkpoints owes."""

from dataclasses import replace
from pathlib import Path

import pytest

from application.ports.checkpoint_shelf import CheckpointShelf, Room
from application.ports.checkpoint_store import CheckpointStore
from domain.checkpoint import OPTIMIZER, BrokenCheckpointError, Checkpoint, Part
from domain.ids import CampaignId, ref_of
from tests.builders import CAMPAIGN
from tests.contracts.checkpoint_store import FILES, JOB, save, write


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


class CheckpointShelfContract:
    """Subclasses give an empty store and the shelf of the same checkpoints."""

    @pytest.fixture
    def store(self) -> CheckpointStore:
        raise NotImplementedError

    @pytest.fixture
    def shelf(self, store: CheckpointStore) -> CheckpointShelf:
        raise NotImplementedError

    @pytest.fixture
    def checkpoint(self, store: CheckpointStore) -> Checkpoint:
        return save(store)

    def test_the_room_is_that_of_all_files(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        room = shelf.room(checkpoint)
        assert room.optimizer == len(FILES[OPTIMIZER])
        there = content(Path(store.locate(checkpoint)))
        assert room.weights + room.optimizer == sum(map(len, there.values()))

    def test_what_is_not_there_takes_no_room(
        self, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        gone = replace(checkpoint, name=checkpoint.name.replace("-10", "-999"))
        assert shelf.room(gone) == Room(0, 0)

    def test_an_optimizer_is_collected_and_nothing_else(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        before = shelf.room(checkpoint)
        shelf.collect(checkpoint, Part.OPTIMIZER)
        assert shelf.room(checkpoint) == Room(before.weights, 0)
        store.verify(checkpoint, optimizer=False)

    def test_a_whole_checkpoint_is_collected_and_no_other(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        others = [save(store, step=20), save(store, fence=2), save(store, step=100)]
        shelf.collect(checkpoint, Part.WHOLE)
        assert shelf.room(checkpoint) == Room(0, 0)
        with pytest.raises(BrokenCheckpointError):
            store.verify(checkpoint)
        for other in others:
            store.verify(other)

    @pytest.mark.parametrize("part", Part)
    def test_collecting_again_leaves_the_same(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint, part: Part
    ) -> None:
        other = save(store, fence=2)
        shelf.collect(checkpoint, part)
        room = shelf.room(checkpoint)
        shelf.collect(checkpoint, part)
        assert shelf.room(checkpoint) == room
        store.verify(other)

    def test_a_collection_that_was_interrupted_is_finished(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        (Path(store.locate(checkpoint)) / "model.safetensors").unlink()
        shelf.collect(checkpoint, Part.WHOLE)
        assert shelf.room(checkpoint) == Room(0, 0)

    def test_what_is_broken_is_kept_aside_as_it_is(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        folder = Path(store.locate(checkpoint))
        (folder / OPTIMIZER).write_bytes(b"broken")
        before = content(folder)
        aside = Path(shelf.quarantine(checkpoint, "it was changed"))
        assert content(aside) == before
        assert not folder.exists()
        with pytest.raises(BrokenCheckpointError):
            store.verify(checkpoint)

    def test_the_next_one_that_is_broken_does_not_take_its_place(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        first = Path(shelf.quarantine(checkpoint, "one"))
        before = content(first)
        second = Path(shelf.quarantine(save(store, fence=2, files={"other": b"x"}), "two"))
        assert content(first) == before
        assert content(second) != before

    def test_there_is_nothing_to_put_aside_where_nothing_is(
        self, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        shelf.collect(checkpoint, Part.WHOLE)
        assert shelf.quarantine(checkpoint, "it is missing") == ""

    def test_drafts_and_checkpoints_are_found_with_the_claims_that_made_them(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        draft = store.draft(CAMPAIGN, JOB, 12, 30)
        write(draft, FILES)
        lying = {(each.ref, each.fence, each.draft): each for each in shelf.lying(CAMPAIGN)}
        assert set(lying) == {(ref_of(JOB), 1, False), (ref_of(JOB), 12, True)}
        kept, begun = lying[ref_of(JOB), 1, False], lying[ref_of(JOB), 12, True]
        assert kept.name == checkpoint.name
        assert begun.size == sum(map(len, FILES.values()))
        assert kept.size == sum(map(len, content(Path(store.locate(checkpoint))).values()))

    def test_a_campaign_without_checkpoints_has_nothing_lying(
        self, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        assert list(shelf.lying(CampaignId("baby-mage/other"))) == []
        shelf.quarantine(checkpoint, "broken")
        assert list(shelf.lying(CAMPAIGN)) == []

    def test_what_is_swept_is_gone_and_nothing_beside_it(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint
    ) -> None:
        draft = store.draft(CAMPAIGN, JOB, 1, 20)
        write(draft, FILES)
        (begun,) = (each for each in shelf.lying(CAMPAIGN) if each.draft)
        shelf.sweep(begun)
        shelf.sweep(begun)
        assert not Path(draft.location).exists()
        store.verify(checkpoint)
        assert [each.name for each in shelf.lying(CAMPAIGN)] == [checkpoint.name]

    def test_a_link_in_the_place_of_a_checkpoint_is_removed_and_what_it_leads_to_stays(
        self, store: CheckpointStore, shelf: CheckpointShelf, checkpoint: Checkpoint, tmp_path: Path
    ) -> None:
        folder, elsewhere = Path(store.locate(checkpoint)), tmp_path / "elsewhere"
        before = content(folder)
        folder.rename(elsewhere)
        folder.symlink_to(elsewhere)
        shelf.collect(checkpoint, Part.OPTIMIZER)
        shelf.collect(checkpoint, Part.WHOLE)
        assert not folder.is_symlink()
        assert content(elsewhere) == before
