"""A job goes on only from what was committed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.memory.trainer import MemoryTrainer
from application.ports.event_log import job_stream
from domain.checkpoint import OPTIMIZER, BrokenCheckpointError, Checkpoint, CollectedCheckpointError
from domain.job import Completed, Failed, Job
from domain.job_events import CheckpointRejected
from domain.result import Cause
from tests.contracts.checkpoint_store import empty, flip, remove, truncate
from tests.memory_hall import MemoryHall, rows


class Kill(BaseException):
    """The process is gone in this moment."""


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    """A hall whose job was killed before step 4 and has checkpoints 1, 2 and 3."""
    hall = MemoryHall(tmp_path, trainer=MemoryTrainer(faults={4: Kill()}))  # type: ignore[dict-item]
    hall.enlist("first", "hyperparams.save_steps=1")
    hall.add(content=rows(16))
    with pytest.raises(Kill):
        hall.train()
    hall.be(2)
    hall.trainer = MemoryTrainer()
    return hall


def only_job(hall: MemoryHall) -> Job:
    (job,) = hall.jobs.find()
    return job


def file_in(hall: MemoryHall, checkpoint: Checkpoint, name: str = OPTIMIZER) -> Path:
    return Path(hall.checkpoints.locate(checkpoint)) / name


def rejections(hall: MemoryHall) -> list[CheckpointRejected]:
    history = hall.log.read_stream(job_stream(only_job(hall).id))
    return [record.event for record in history if isinstance(record.event, CheckpointRejected)]


def unbroken(tmp_path: Path) -> str:
    whole = MemoryHall(tmp_path / "whole")
    whole.enlist("first", "hyperparams.save_steps=1")
    whole.add(content=rows(16))
    whole.train()
    return whole.campaigns.active().head_digest


@pytest.mark.parametrize("harm", [truncate, empty, flip, remove])
@pytest.mark.parametrize("name", [OPTIMIZER, "trainer_state.json"])
def test_the_checkpoint_before_is_taken(
    hall: MemoryHall, tmp_path: Path, harm: Callable[[Path], None], name: str
) -> None:
    kept, broken = only_job(hall).checkpoints[1:]
    harm(file_in(hall, broken, name))
    ended = hall.train()

    assert ended is not None
    assert isinstance(ended.state, Completed)
    assert [each.checkpoint for each in rejections(hall)] == [broken]
    assert name in rejections(hall)[0].reason
    assert broken not in ended.checkpoints
    assert kept in ended.checkpoints
    assert hall.campaigns.active().head_digest == unbroken(tmp_path)
    assert list(hall.checkpoint_shelf.reasons.values()) == [rejections(hall)[0].reason]


def test_when_all_are_broken_the_job_begins_again(hall: MemoryHall, tmp_path: Path) -> None:
    broken = only_job(hall).checkpoints
    for checkpoint in broken:
        flip(file_in(hall, checkpoint))
    ended = hall.train()

    assert ended is not None
    assert [each.checkpoint for each in rejections(hall)] == list(reversed(broken))
    assert hall.campaigns.active().head_digest == unbroken(tmp_path)


def test_a_warning_is_told(hall: MemoryHall) -> None:
    told: list[str] = []
    honest = hall.sink.tell
    hall.sink.tell = lambda job, report: (  # type: ignore[method-assign]
        told.append(str(report)), honest(job, report)
    )[1]  # fmt: skip
    flip(file_in(hall, only_job(hall).checkpoints[-1]))
    hall.train()

    assert sum("is not trusted, the one before is" in each for each in told) == 1


def test_a_checkpoint_that_nobody_committed_is_never_looked_at(hall: MemoryHall) -> None:
    last = file_in(hall, only_job(hall).checkpoints[-1]).parent
    last.with_name("checkpoint-999").mkdir()
    ended = hall.train()

    assert ended is not None
    assert isinstance(ended.state, Completed)
    assert rejections(hall) == []


def test_a_crash_between_putting_aside_and_recording_is_made_good(hall: MemoryHall) -> None:
    broken = only_job(hall).checkpoints[-1]
    flip(file_in(hall, broken))
    hall.checkpoint_shelf.quarantine(broken, "then the power went")
    hall.train()

    assert [each.checkpoint for each in rejections(hall)] == [broken]


def test_a_broken_head_fails_the_job_and_names_the_way_back(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist("first", "hyperparams.save_steps=2")
    hall.add()
    hall.train()
    head = hall.campaigns.active().head
    assert head is not None
    flip(file_in(hall, head))
    hall.add("next.jsonl", rows(8, begin=100))
    failed = hall.train()

    assert failed is not None
    assert isinstance(failed.state, Failed)
    assert failed.state.cause is Cause.UNTRUSTED_CHECKPOINT
    earlier = hall.jobs.find()[0].checkpoints[0]
    way = f"guild campaign rollback {failed.campaign_id} {earlier.digest[:12]}"
    assert way in failed.state.message
    assert hall.campaigns.active().head == head
    assert file_in(hall, head).exists()

    hall.change_campaign().roll_back("first", earlier.digest[:12])
    hall.retry_job().execute(failed.id)
    ended = hall.train()
    assert ended is not None
    assert isinstance(ended.state, Completed)


def test_a_missing_head_fails_the_job_as_well(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist()
    hall.add()
    hall.train()
    head = hall.campaigns.active().head
    assert head is not None
    Path(hall.checkpoints.locate(head)).rename(tmp_path / "lost")
    hall.add("next.jsonl", rows(8, begin=100))
    failed = hall.train()

    assert failed is not None
    assert isinstance(failed.state, Failed)
    assert f"rollback {failed.campaign_id} base" in failed.state.message


def test_a_job_that_is_tried_again_passes_over_what_was_collected(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path, trainer=MemoryTrainer(losses={3: float("nan")}))
    hall.enlist("first", "hyperparams.save_steps=1")
    hall.add("bad.jsonl", rows(8))
    bad = hall.train()
    hall.trainer = MemoryTrainer()
    hall.add("good.jsonl", rows(8, begin=50))
    hall.train()
    hall.prune_checkpoints().execute("first", 1e-9)
    assert bad is not None
    collected = bad.checkpoints[-1]
    with pytest.raises(CollectedCheckpointError):
        hall.trust().verify(collected)

    hall.change_campaign().roll_back("first", "base")
    hall.retry_job().execute(bad.id)
    ended = hall.train()
    assert ended is not None
    assert isinstance(ended.state, Completed)
    assert (ended.id, ended.attempts) == (bad.id, 2)


def test_a_collected_optimizer_is_not_taken_for_a_broken_checkpoint(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist("first", "hyperparams.save_steps=1")
    for number in range(2):
        hall.add(f"{number}.jsonl", rows(8, begin=100 * number))
        hall.train()
    parent = hall.jobs.find()[0].checkpoints[-1]
    hall.prune_checkpoints().execute("first", 1e-9)
    assert not file_in(hall, parent).exists()
    hall.trust().verify(parent)
    hall.change_campaign().roll_back("first", parent.digest)
    hall.add("third.jsonl", rows(8, begin=900))
    ended = hall.train()
    assert ended is not None
    assert isinstance(ended.state, Completed)
    flip(file_in(hall, parent, "model.json"))
    with pytest.raises(BrokenCheckpointError):
        hall.trust().verify(parent)
