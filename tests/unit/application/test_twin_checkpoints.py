"""Which copy is meant of a checkpoint that was trained twice alike."""

from pathlib import Path

import pytest

from domain.checkpoint import Checkpoint
from domain.ids import CampaignId
from domain.retention import GIB
from entrypoints.cli.lineage import draw_lineage
from tests.memory_hall import MemoryHall, rows

ALMOST_NOTHING = 1 / GIB


def train(hall: MemoryHall) -> tuple[Checkpoint, ...]:
    hall.add(content=rows(8))
    job = hall.train()
    assert job is not None
    return job.checkpoints


def trained(hall: MemoryHall, name: str) -> tuple[Checkpoint, ...]:
    hall.enlist(name, "hyperparams.save_steps=1", "checkpoint.budget=0")
    return train(hall)


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path)


def test_a_pin_lands_in_the_campaign_that_is_asked(hall: MemoryHall) -> None:
    mine, others = trained(hall, "a"), trained(hall, "b")
    assert [each.digest for each in mine] == [each.digest for each in others]
    hall.change_campaign().use("a")

    assert hall.pin_checkpoint().pin("checkpoint-1") == mine[0]
    hall.prune_checkpoints().execute("a", ALMOST_NOTHING)
    hall.trust().verify(mine[0])
    assert hall.campaigns.get("b").pinned == {}


def test_a_copy_that_is_there_is_meant_before_one_that_was_collected(hall: MemoryHall) -> None:
    first = trained(hall, "a")
    hall.change_campaign().roll_back("a", "base")
    again = train(hall)
    assert first[0].digest == again[0].digest != ""
    hall.pin_checkpoint().pin(first[0].name)
    hall.prune_checkpoints().execute("a", ALMOST_NOTHING)

    assert hall.finder().find("checkpoint-1", hall.campaigns.get("a")) == first[0]
    forked = hall.fork_campaign().execute("a", "bold", "checkpoint-1")
    assert forked.start == first[0]


def test_a_campaign_finds_the_copy_of_another_where_its_own_is_gone(hall: MemoryHall) -> None:
    mine, others = trained(hall, "a"), trained(hall, "b")
    hall.prune_checkpoints().execute("a", ALMOST_NOTHING)
    assert not Path(hall.checkpoints.locate(mine[0])).exists()
    forked = hall.fork_campaign().execute("a", "bold", "checkpoint-1")
    assert forked.start == others[0]


def test_what_is_pinned_is_unpinned_whichever_copy_it_is(hall: MemoryHall) -> None:
    first = trained(hall, "a")
    hall.change_campaign().roll_back("a", "base")
    train(hall)
    hall.pin_checkpoint().pin(first[0].name)
    assert hall.pin_checkpoint().unpin("checkpoint-1") == first[0]


def test_the_tree_holds_each_copy_and_draws_each_campaign_once(hall: MemoryHall) -> None:
    mine, others = trained(hall, "a"), trained(hall, "b")
    tree = hall.finder().lineage()
    assert {*tree.checkpoints} == {*mine, *others}
    for name in ("a", "b"):
        drawn = draw_lineage(hall.campaigns.get(CampaignId(name)), tree)
        assert len(drawn) == 2 + len(mine)
