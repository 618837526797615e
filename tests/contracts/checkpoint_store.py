"""What every store of checkpoints owes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from application.ports.checkpoint_store import CheckpointStore, Draft
from domain.checkpoint import OPTIMIZER, BrokenCheckpointError, Checkpoint
from tests.builders import CAMPAIGN, a_job_id

JOB = a_job_id(1)
WEIGHTS = bytes(range(256)) * 64
FILES = {
    "model.safetensors": WEIGHTS,
    "optimizer.pt": b"moments",
    "state/trainer_state.json": b'{"step": 10}',
    "empty": b"",
}


def write(draft: Draft, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = Path(draft.location) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def save(
    store: CheckpointStore,
    *,
    fence: int = 1,
    step: int = 10,
    files: dict[str, bytes] | None = None,
) -> Checkpoint:
    draft = store.draft(CAMPAIGN, JOB, fence, step)
    write(draft, FILES if files is None else files)
    return store.commit(draft)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def zero_the_tail(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-4096] + bytes(4096))


def remove(path: Path) -> None:
    path.unlink()


def add_beside(path: Path) -> None:
    path.with_name("added.bin").write_bytes(b"")


def move(path: Path) -> None:
    path.rename(path.with_name("moved"))


Harm = Callable[[Path], None]
HARMS: list[tuple[Harm, str, str]] = [
    (truncate, "model.safetensors", "model.safetensors"),
    (truncate, "optimizer.pt", "optimizer.pt"),
    (remove, "optimizer.pt", "optimizer.pt"),
    (flip, "model.safetensors", "model.safetensors"),
    (zero_the_tail, "model.safetensors", "model.safetensors"),
    (empty, "state/trainer_state.json", "state/trainer_state.json"),
    (remove, "state/trainer_state.json", "state/trainer_state.json"),
    (remove, "empty", "empty"),
    (add_beside, "optimizer.pt", "added.bin"),
    (add_beside, "state/trainer_state.json", "state/added.bin"),
    (move, "model.safetensors", "mo"),
]


class CheckpointStoreContract:
    """Subclasses give an empty store that keeps checkpoints in folders of this machine."""

    @pytest.fixture
    def store(self) -> CheckpointStore:
        raise NotImplementedError

    def test_a_draft_is_an_empty_place(self, store: CheckpointStore) -> None:
        first = store.draft(CAMPAIGN, JOB, 1, 10)
        write(first, FILES)
        again = store.draft(CAMPAIGN, JOB, 1, 10)
        assert list(Path(again.location).iterdir()) == []

    def test_a_checkpoint_is_what_was_written_to_the_draft(self, store: CheckpointStore) -> None:
        checkpoint = save(store)
        facts = (checkpoint.campaign_id, checkpoint.job_id, checkpoint.fence, checkpoint.step)
        assert facts == (CAMPAIGN, JOB, 1, 10)
        store.verify(checkpoint)
        folder = Path(store.locate(checkpoint))
        assert {name: (folder / name).read_bytes() for name in FILES} == FILES

    def test_a_committed_draft_is_gone(self, store: CheckpointStore) -> None:
        draft = store.draft(CAMPAIGN, JOB, 1, 10)
        write(draft, FILES)
        store.commit(draft)
        assert not Path(draft.location).exists()

    def test_nothing_of_a_draft_can_be_read_as_a_checkpoint(self, store: CheckpointStore) -> None:
        checkpoint = save(store)
        draft = store.draft(CAMPAIGN, JOB, 2, 10)
        write(draft, FILES)
        later = replace(
            checkpoint, fence=2, name=checkpoint.name.replace(".1/checkpoint", ".2/checkpoint")
        )
        assert later.name != checkpoint.name
        with pytest.raises(BrokenCheckpointError):
            store.verify(later)
        assert not Path(store.locate(later)).exists()

    def test_a_discarded_draft_leaves_nothing(self, store: CheckpointStore) -> None:
        draft = store.draft(CAMPAIGN, JOB, 1, 10)
        write(draft, FILES)
        store.discard(draft)
        store.discard(draft)
        assert not Path(draft.location).exists()
        with pytest.raises(BrokenCheckpointError):
            store.commit(draft)

    def test_an_empty_draft_is_no_checkpoint(self, store: CheckpointStore) -> None:
        with pytest.raises(BrokenCheckpointError):
            save(store, files={})

    def test_each_step_and_each_claim_has_its_own_place(self, store: CheckpointStore) -> None:
        claims = [(1, 10), (1, 20), (2, 10), (12, 10)]
        saved = [save(store, fence=fence, step=step) for fence, step in claims]
        assert len({store.locate(checkpoint) for checkpoint in saved}) == len(claims)
        for checkpoint in saved:
            store.verify(checkpoint)

    def test_the_digest_is_that_of_names_and_contents(self, store: CheckpointStore) -> None:
        same = save(store, step=20, files=dict(reversed(FILES.items())))
        assert save(store).digest == same.digest
        other = save(store, step=30, files={**FILES, "optimizer.pt": b"momentS"})
        renamed = save(
            store, step=40, files={"other" if n == "empty" else n: c for n, c in FILES.items()}
        )
        assert len({same.digest, other.digest, renamed.digest}) == 3

    def test_committing_the_same_again_gives_the_same_checkpoint(
        self, store: CheckpointStore
    ) -> None:
        assert save(store) == save(store)

    def test_a_committed_checkpoint_is_never_rewritten(self, store: CheckpointStore) -> None:
        checkpoint = save(store)
        with pytest.raises(BrokenCheckpointError, match="already"):
            save(store, files={**FILES, "optimizer.pt": b"others"})
        store.verify(checkpoint)

    @pytest.mark.parametrize(("harm", "file", "named"), HARMS)
    def test_a_file_that_is_not_as_it_was_is_found_and_named(
        self, store: CheckpointStore, harm: Harm, file: str, named: str
    ) -> None:
        checkpoint = save(store)
        harm(Path(store.locate(checkpoint)) / file)
        with pytest.raises(BrokenCheckpointError, match=named):
            store.verify(checkpoint)

    def test_a_checkpoint_without_its_optimizer_is_sound_only_to_whom_knows(
        self, store: CheckpointStore
    ) -> None:
        checkpoint = save(store)
        store.verify(checkpoint, optimizer=False)
        (Path(store.locate(checkpoint)) / OPTIMIZER).unlink()
        store.verify(checkpoint, optimizer=False)
        with pytest.raises(BrokenCheckpointError, match=OPTIMIZER):
            store.verify(checkpoint)

    @pytest.mark.parametrize(
        ("harm", "file", "named"), [each for each in HARMS if each[0] != remove]
    )
    def test_without_its_optimizer_everything_else_is_compared(
        self, store: CheckpointStore, harm: Harm, file: str, named: str
    ) -> None:
        checkpoint = save(store)
        harm(Path(store.locate(checkpoint)) / file)
        with pytest.raises(BrokenCheckpointError, match=named):
            store.verify(checkpoint, optimizer=False)

    def test_another_checkpoint_in_its_place_is_found(self, store: CheckpointStore) -> None:
        checkpoint = save(store)
        with pytest.raises(BrokenCheckpointError):
            store.verify(replace(checkpoint, digest="0" * 64))

    def test_a_checkpoint_that_never_was_is_refused(self, store: CheckpointStore) -> None:
        checkpoint = save(store)
        with pytest.raises(BrokenCheckpointError):
            store.verify(replace(checkpoint, name=checkpoint.name.replace("-10", "-999")))
