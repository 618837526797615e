"""Room is made after a job, on request, and after a crash."""

from pathlib import Path

import pytest

from application.checkpoints import CheckpointNotFoundError
from application.ports.event_log import Append, Position, campaign_stream
from application.ports.trainer import Control
from domain.campaign_decisions import KeptCheckpointError, collect
from domain.campaign_events import CheckpointCollected
from domain.checkpoint import OPTIMIZER, Checkpoint, CollectedCheckpointError, Part
from domain.retention import GIB, Hold, Shelved
from tests.builders import NOON
from tests.memory_hall import MemoryHall, rows

ALMOST_NOTHING = 1 / GIB


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    """A hall with two jobs of three steps, each of which is a checkpoint."""
    hall = MemoryHall(tmp_path)
    hall.enlist("first", "hyperparams.save_steps=1", "checkpoint.budget=0")
    for number in range(2):
        hall.add(f"{number}.jsonl", rows(8, begin=100 * number))
        hall.train()
    return hall


def shelf(hall: MemoryHall) -> dict[int, Shelved]:
    return {each.checkpoint.step: each for each in hall.inventory().of(hall.campaigns.active())}


def folder(hall: MemoryHall, checkpoint: Checkpoint) -> Path:
    return Path(hall.checkpoints.locate(checkpoint))


def collected(hall: MemoryHall) -> list[CheckpointCollected]:
    history = hall.log.read_stream(campaign_stream(hall.campaigns.active().id))
    return [record.event for record in history if isinstance(record.event, CheckpointCollected)]


def test_the_shelf_says_what_each_checkpoint_is_needed_for(hall: MemoryHall) -> None:
    found = shelf(hall)
    assert list(found) == [1, 2, 3, 4, 5, 6]
    assert found[6].holds == {Hold.HEAD, Hold.BEST}
    assert found[3].holds == {Hold.PARENT}
    assert all(not found[step].holds for step in (1, 2, 4, 5))
    assert all(each.weights and each.optimizer for each in found.values())


def test_what_nothing_needs_goes_and_the_rest_stays(hall: MemoryHall) -> None:
    before = shelf(hall)
    plan = hall.prune_checkpoints().execute("first", ALMOST_NOTHING)

    assert list(shelf(hall)) == [3, 6]
    assert plan.freed == sum(event.size for event in collected(hall))
    assert plan.left == sum(each.size for each in shelf(hall).values())
    assert plan.too_much
    for step in (1, 2, 4, 5):
        assert not folder(hall, before[step].checkpoint).exists()
    assert not (folder(hall, before[3].checkpoint) / OPTIMIZER).exists()
    assert (folder(hall, before[6].checkpoint) / OPTIMIZER).exists()
    for step in (3, 6):
        hall.trust().verify(before[step].checkpoint)


def test_a_plan_changes_nothing(hall: MemoryHall) -> None:
    before = shelf(hall), collected(hall)
    plan = hall.prune_checkpoints().plan(hall.campaigns.active(), ALMOST_NOTHING)
    assert plan.steps
    assert (shelf(hall), collected(hall)) == before


def test_the_budget_of_the_settings_is_that_of_the_campaign(hall: MemoryHall) -> None:
    assert hall.prune_checkpoints().execute("first").steps == ()
    hall.change_campaign().configure("first", [f"checkpoint.budget={ALMOST_NOTHING}"])
    assert hall.prune_checkpoints().execute("first").steps


def test_room_is_made_after_a_job(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist("first", "hyperparams.save_steps=1", f"checkpoint.budget={ALMOST_NOTHING}")
    hall.add()
    hall.train()
    assert list(shelf(hall)) == [3]
    assert hall.warnings == []


def test_a_shelf_that_cannot_be_cleared_does_not_harm_the_job(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist("first", "hyperparams.save_steps=1", f"checkpoint.budget={ALMOST_NOTHING}")
    hall.add()

    def burst(*_: object) -> None:
        raise PermissionError("the folder is not yours")

    hall.checkpoint_shelf.collect = burst  # type: ignore[method-assign]
    job = hall.train()
    assert job is not None
    assert job.status == "completed"
    assert hall.campaigns.active().step == 3


def test_one_that_cannot_be_removed_does_not_keep_the_others(hall: MemoryHall) -> None:
    stuck, honest = shelf(hall)[1].checkpoint, hall.checkpoint_shelf.collect

    def refuse(checkpoint: Checkpoint, part: Part) -> None:
        if checkpoint == stuck:
            raise PermissionError("the folder is not yours")
        honest(checkpoint, part)

    hall.checkpoint_shelf.collect = refuse  # type: ignore[method-assign]
    plan = hall.prune_checkpoints().execute("first", ALMOST_NOTHING)
    assert plan.failed == (f"{stuck.name}: the folder is not yours",)
    assert any(stuck.name in warning for warning in plan.warnings)
    assert not folder(hall, shelf(hall)[6].checkpoint).with_name("checkpoint-5").exists()
    assert folder(hall, stuck).exists()

    hall.checkpoint_shelf.collect = honest  # type: ignore[method-assign]
    assert hall.prune_checkpoints().execute("first").failed == ()
    assert not folder(hall, stuck).exists()


def test_a_budget_below_one_byte_is_not_no_budget(hall: MemoryHall) -> None:
    plan = hall.prune_checkpoints().plan(hall.campaigns.active(), 1e-12)
    assert (plan.budget, bool(plan.steps)) == (1, True)


def test_every_collection_is_recorded_before_a_byte_is_removed(hall: MemoryHall) -> None:
    removed: list[int] = []
    honest = hall.checkpoint_shelf.collect

    def watch(checkpoint: Checkpoint, part: Part) -> None:
        removed.append(len(collected(hall)))
        honest(checkpoint, part)

    hall.checkpoint_shelf.collect = watch  # type: ignore[method-assign]
    plan = hall.prune_checkpoints().execute("first", ALMOST_NOTHING)
    assert removed == [len(plan.steps)] * len(plan.steps)


def test_what_a_crash_left_is_finished_by_the_next_run(hall: MemoryHall) -> None:
    class Kill(BaseException):
        pass

    def die(*_: object) -> None:
        raise Kill

    honest = hall.checkpoint_shelf.collect
    hall.checkpoint_shelf.collect = die  # type: ignore[method-assign]
    with pytest.raises(Kill):
        hall.prune_checkpoints().execute("first", ALMOST_NOTHING)
    recorded = collected(hall)
    assert all(folder(hall, event.checkpoint).exists() for event in recorded)

    hall.checkpoint_shelf.collect = honest  # type: ignore[method-assign]
    hall.prune_checkpoints().execute("first")
    assert collected(hall) == recorded
    for event in recorded:
        gone = event.checkpoint.name if event.part is Part.WHOLE else OPTIMIZER
        place = folder(hall, event.checkpoint)
        assert not (place if event.part is Part.WHOLE else place / gone).exists()


def test_a_pin_that_came_in_between_counts(hall: MemoryHall) -> None:
    target, honest, tries = shelf(hall)[1].checkpoint, hall.log.append, []

    def interrupted(*appends: Append) -> Position:
        tries.append(appends)
        if len(tries) == 1:
            hall.pin_checkpoint().pin(target.digest, "mine")
        return honest(*appends)

    hall.log.append = interrupted  # type: ignore[method-assign]
    hall.prune_checkpoints().execute("first", ALMOST_NOTHING)
    hall.trust().verify(target)
    assert shelf(hall)[1].holds == {Hold.PINNED}
    assert shelf(hall)[1].note == "mine"


def test_what_another_campaign_began_from_is_kept(hall: MemoryHall) -> None:
    start = shelf(hall)[2].checkpoint
    hall.fork_campaign().execute("first", "second", start.digest)
    hall.prune_checkpoints().execute("first", ALMOST_NOTHING)
    hall.trust().verify(start)


def test_a_branch_that_was_rolled_back_may_go(hall: MemoryHall) -> None:
    hall.change_campaign().roll_back("first", shelf(hall)[3].checkpoint.digest)
    found = shelf(hall)
    assert Hold.HEAD in found[3].holds
    assert found[6].holds == {Hold.BEST}


def test_what_is_collected_is_neither_pinned_nor_begun_from(hall: MemoryHall) -> None:
    gone = shelf(hall)[1].checkpoint
    hall.prune_checkpoints().execute("first", ALMOST_NOTHING)
    with pytest.raises(CollectedCheckpointError):
        hall.pin_checkpoint().pin(gone.digest)
    with pytest.raises(CollectedCheckpointError):
        hall.fork_campaign().execute("first", "second", gone.digest)
    with pytest.raises(CollectedCheckpointError):
        hall.change_campaign().roll_back("first", gone.digest)


def test_pins_come_and_go(hall: MemoryHall) -> None:
    target = shelf(hall)[1].checkpoint
    with pytest.raises(KeptCheckpointError):
        hall.pin_checkpoint().unpin(target.digest)
    hall.pin_checkpoint().pin(target.digest)
    assert shelf(hall)[1].holds == {Hold.PINNED}
    hall.pin_checkpoint().unpin(target.digest)
    assert shelf(hall)[1].holds == frozenset()


def test_the_base_model_is_no_checkpoint(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist()
    with pytest.raises(CheckpointNotFoundError):
        hall.pin_checkpoint().pin("@head")


@pytest.mark.parametrize("part", Part)
def test_the_campaign_itself_refuses_to_give_up_its_head(hall: MemoryHall, part: Part) -> None:
    campaign = hall.campaigns.active()
    assert campaign.head is not None
    with pytest.raises(KeptCheckpointError):
        collect(campaign, campaign.head, part, 1, NOON)


def test_the_campaign_itself_refuses_to_give_up_what_is_pinned(hall: MemoryHall) -> None:
    target = hall.pin_checkpoint().pin("checkpoint-1")
    with pytest.raises(KeptCheckpointError):
        collect(hall.campaigns.active(), target, Part.WHOLE, 1, NOON)


def test_a_job_that_may_go_on_keeps_all_it_has(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist("first", "hyperparams.save_steps=1")
    hall.add(content=rows(16))
    left = iter("GGGGGG")
    hall.train(control=lambda: Control.GO_ON if next(left, "") else Control.STOP)
    job = hall.jobs.find()[0]
    assert job.checkpoints
    hall.prune_checkpoints().execute("first", ALMOST_NOTHING)
    for checkpoint in job.checkpoints:
        hall.checkpoints.verify(checkpoint)
