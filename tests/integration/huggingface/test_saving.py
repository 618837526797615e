"""Checkpoints that are written beside the training, and when they are not."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from adapters.huggingface.checkpoints import State
from adapters.huggingface.snapshots import Snapshots, size_of
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Announce, Course, Write
from domain.evaluations import Evaluations
from domain.reports import Phase, PhaseBegun
from domain.result import Cause, TrainingError
from domain.settings.settings import Settings
from tests.courses import START, Watcher, a_course, with_settings
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow

SAVING = a_course(num_train_epochs=2, save_steps=2)
APART = [(START + 2, True), (START + 4, True), (START + 6, False)]
ALL_WAIT = [(step, False) for step, _ in APART]


@dataclass
class Places(Watcher):
    """Notes which saves are made apart from the thread that trains."""

    apart: list[tuple[int, bool]] = field(default_factory=list)

    def save(self, step: int, write: Write) -> Announce:
        self.apart.append((step, threading.current_thread() is not threading.main_thread()))
        return super().save(step, write)


def a_state(*, tied: bool = True) -> State:
    table = torch.arange(6.0).reshape(2, 3)
    head = table if tied else table.clone()
    moments = {"state": {0: {"step": torch.tensor(1.0), "exp_avg": table * 2}}}
    return State(
        weights={"embedding": table, "head": head},
        optimizer={**moments, "param_groups": [{"lr": 0.5, "betas": (0.9, 0.99), "params": [0]}]},
        scheduler={"last_epoch": 3, "_last_lr": [0.5]},
        randomness={},
        progress={"global_step": 3},
        evaluations=Evaluations.of(Settings(), 5, 0),
    )


def trained(home: Path, course: Course, free: int = 1 << 40) -> Places:
    watcher = Places(home)
    watcher.train(HuggingFaceTrainer(free_memory=lambda: free), a_model(), course)
    return watcher


def test_the_last_checkpoint_is_waited_for_and_the_others_are_not(tmp_path: Path) -> None:
    assert trained(tmp_path, SAVING).apart == APART


def test_training_waits_where_it_is_wished_or_where_memory_is_short(tmp_path: Path) -> None:
    waiting = with_settings(SAVING, {"checkpoint.asynchronous": False})
    assert trained(tmp_path / "wished", waiting).apart == ALL_WAIT
    assert trained(tmp_path / "short", SAVING, free=1 << 20).apart == ALL_WAIT


def test_the_files_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    beside, waiting = (trained(tmp_path / str(free), SAVING, free) for free in (1 << 40, 0))
    for step in (START + 2, START + 4):
        one, other = (
            {path.name: path.read_bytes() for path in (watcher.home / str(step)).iterdir()}
            for watcher in (beside, waiting)
        )
        assert {name for name in one if one[name] != other[name]} == set()
        assert one.keys() == other.keys()


@pytest.mark.parametrize("full", ["optimizer.pt", "trainer_state.json"])
def test_a_disk_that_is_full_beside_the_training_ends_it_within_a_step(
    tmp_path: Path, full: str
) -> None:
    watcher = Places(tmp_path)
    (tmp_path / str(START + 2)).mkdir()
    (tmp_path / str(START + 2) / full).symlink_to("/dev/full")
    watcher.save = lambda step, write: _into(tmp_path / str(step), write)  # type: ignore[method-assign]
    with pytest.raises(TrainingError) as fault:
        watcher.train(HuggingFaceTrainer(), a_model(), SAVING)
    assert fault.value.cause is Cause.DISK_FULL
    assert len(watcher.steps) <= 4


def _into(folder: Path, write: Write) -> Announce:
    write(str(folder))
    return lambda: None


def test_a_job_that_saves_faster_than_it_writes_says_that_it_waits(tmp_path: Path) -> None:
    watcher = trained(tmp_path, a_course(num_train_epochs=2, save_steps=1))
    assert watcher.saved == [START + step for step in range(1, 7)]
    saving = [each for each in watcher.reports if isinstance(each, PhaseBegun)]
    assert [each.phase for each in saving].count(Phase.SAVING) >= 6


def test_a_copy_stays_as_it_is_while_its_origin_changes() -> None:
    state = a_state()
    copy = Snapshots(lambda: 1 << 30).take(state)
    assert copy is not None
    for tensor in (state.weights["embedding"], state.optimizer["state"][0]["exp_avg"]):
        tensor.zero_()
    state.scheduler["_last_lr"][0] = state.progress["global_step"] = 0
    wanted = a_state()
    assert torch.equal(copy.weights["head"], wanted.weights["head"])
    assert torch.equal(
        copy.optimizer["state"][0]["exp_avg"], wanted.optimizer["state"][0]["exp_avg"]
    )
    assert copy.optimizer["param_groups"] == wanted.optimizer["param_groups"]
    assert (copy.scheduler, copy.progress) == (wanted.scheduler, wanted.progress)


@pytest.mark.parametrize("tied", [True, False])
def test_weights_that_are_one_are_one_in_the_copy(*, tied: bool) -> None:
    copy = Snapshots(lambda: 1 << 30).take(a_state(tied=tied))
    assert copy is not None
    embedding, head = copy.weights["embedding"], copy.weights["head"]
    assert (embedding.data_ptr() == head.data_ptr()) is tied


def test_the_next_copy_takes_the_place_of_the_one_before_and_asks_for_no_memory() -> None:
    grants = iter([1 << 30])
    snapshots = Snapshots(lambda: next(grants))
    first, second = snapshots.take(a_state()), snapshots.take(a_state())
    assert first is not None
    assert second is not None
    for name in ("embedding", "head"):
        assert first.weights[name].data_ptr() == second.weights[name].data_ptr()


def test_twice_the_state_must_be_free() -> None:
    state = a_state()
    size = size_of([state.weights, state.optimizer])
    assert size == (6 + 6 + 1) * 4
    assert Snapshots(lambda: 2 * size - 1).take(state) is None
    assert Snapshots(lambda: 2 * size).take(state) is not None
