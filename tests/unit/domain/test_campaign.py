"""A line of checkpoints with a head."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import Campaign, created, evolve, replay
from domain.campaign_decisions import (
    ActiveCampaignError,
    ArchivedCampaignError,
    ForeignCheckpointError,
    activate,
    advance,
    archive,
    configure,
    fork,
    roll_back,
)
from domain.campaign_events import (
    CampaignActivated,
    CampaignConfigured,
    CampaignEvent,
    HeadAdvanced,
)
from domain.checkpoint import Checkpoint
from domain.ids import CampaignId
from domain.lineage import BASE, Lineage, lineage_of
from tests.builders import (
    NOON,
    a_campaign_activated,
    a_campaign_created,
    a_checkpoint,
    a_head_advanced,
    a_job_id,
)

CAMPAIGN = created(a_campaign_created(settings={"hyperparams.seed": 7}))
TRAINED = evolve(CAMPAIGN, a_head_advanced(a_checkpoint(step=10)))


@st.composite
def histories(draw: st.DrawFn) -> list[CampaignEvent]:
    """Draw a campaign that is activated and advanced now and then."""
    history: list[CampaignEvent] = [a_campaign_created()]
    step = 0
    for advances in draw(st.lists(st.booleans(), max_size=8)):
        at: datetime = NOON + len(history) * timedelta(minutes=1)
        if advances:
            step += draw(st.integers(1, 500))
            history.append(a_head_advanced(a_checkpoint(step=step), at=at))
        else:
            history.append(a_campaign_activated(at=at))
    return history


@given(histories())
def test_replaying_a_history_gives_what_stepwise_evolution_gives(
    history: list[CampaignEvent],
) -> None:
    assert replay(history) == reduce(evolve, history[1:], created(a_campaign_created()))
    assert replay(history).version == len(history)


@given(histories())
def test_the_line_is_every_head_in_order_and_the_last_one_is_the_head(
    history: list[CampaignEvent],
) -> None:
    campaign = replay(history)
    heads = [event.checkpoint for event in history if isinstance(event, HeadAdvanced)]
    assert list(campaign.heads) == heads
    assert campaign.head == (heads[-1] if heads else None)
    assert campaign.step == (heads[-1].step if heads else 0)
    assert campaign.head_digest == (heads[-1].digest if heads else "")


def test_a_new_campaign_starts_at_the_base_model() -> None:
    assert (CAMPAIGN.head, CAMPAIGN.head_digest, CAMPAIGN.step) == (None, "", 0)
    assert CAMPAIGN.overrides == {"hyperparams.seed": 7}
    assert (CAMPAIGN.version, CAMPAIGN.created_at) == (1, NOON)


def test_a_campaign_that_began_from_a_folder_says_so() -> None:
    start = a_checkpoint(step=0)
    campaign = created(replace(a_campaign_created(), start=start, folder="/models/mine"))
    assert (campaign.folder, campaign.head, campaign.step) == ("/models/mine", start, 0)
    assert CAMPAIGN.folder == ""


def test_only_a_copy_of_a_folders_model_is_a_node_without_a_job() -> None:
    start = a_checkpoint(step=0, digest="ab" * 32)
    copied = created(replace(a_campaign_created(), start=start, folder="/models/mine"))
    forked = created(replace(a_campaign_created("fork"), start=a_checkpoint(step=9)))
    tree = lineage_of([], [CAMPAIGN, copied, forked])
    assert tree.checkpoints == tree.copies(start.digest) == (start,)
    assert tree.ancestry(start.digest) == (start.digest,)
    assert tree.children(BASE) == ()
    assert tree.matching("checkpoint-0") == tree.matching("abab") == (start,)


def test_activating_changes_nothing_about_the_campaign_itself() -> None:
    event = activate(TRAINED, NOON)
    assert event == CampaignActivated(campaign_id=TRAINED.id, at=NOON)
    assert evolve(TRAINED, event).heads == TRAINED.heads


def test_a_later_checkpoint_of_the_campaign_becomes_the_head() -> None:
    checkpoint = a_checkpoint(a_job_id(2), step=11)
    event = advance(TRAINED, checkpoint.job_id, checkpoint, NOON)
    assert evolve(TRAINED, event).head == checkpoint
    assert event.job_id == a_job_id(2)


@pytest.mark.parametrize("step", [10, 9, 0])
def test_a_head_never_goes_back_or_stands_still(step: int) -> None:
    with pytest.raises(ForeignCheckpointError, match="cannot follow step 10 of baby-mage/first"):
        advance(TRAINED, a_job_id(), a_checkpoint(step=step), NOON)


def test_a_head_is_a_checkpoint_of_its_own_campaign() -> None:
    foreign = a_checkpoint(campaign=CampaignId("baby-mage/second"), step=99)
    with pytest.raises(ForeignCheckpointError):
        advance(TRAINED, foreign.job_id, foreign, NOON)


def test_a_history_begins_with_the_campaign_being_created() -> None:
    with pytest.raises(TypeError, match="begins with CampaignCreated, not CampaignActivated"):
        replay([a_campaign_activated()])


def test_overrides_remember_the_event_that_set_them() -> None:
    event = CampaignConfigured(
        campaign_id=CAMPAIGN.id,
        at=NOON,
        settings={"hyperparams.seed": 8, "hyperparams.max_steps": 3},
        config_hash="sha256:new",
    )
    campaign = evolve(TRAINED, event)
    assert campaign.overrides == {"hyperparams.seed": 8, "hyperparams.max_steps": 3}
    assert campaign.set_by == {"hyperparams.seed": 3, "hyperparams.max_steps": 3}
    assert campaign.config_hash == "sha256:new"


def test_an_archived_campaign_can_be_forked_and_nothing_else() -> None:
    away = evolve(TRAINED, archive(TRAINED, NOON, active=False))
    assert fork(away, CampaignId("x/y"), away.head, NOON).checkpoint == away.head
    for move in (
        lambda: activate(away, NOON),
        lambda: archive(away, NOON, active=False),
        lambda: configure(away, {}, "", NOON),
        lambda: roll_back(away, None, Lineage({}, {}), NOON),
    ):
        with pytest.raises(ArchivedCampaignError, match="it is archived"):
            move()


def test_the_active_campaign_is_not_archived() -> None:
    with pytest.raises(ActiveCampaignError):
        archive(TRAINED, NOON, active=True)


def line_of(*steps: int) -> tuple[Campaign, Lineage, list[Checkpoint]]:
    """Give a campaign that was trained once per step, and its tree."""
    made = [a_checkpoint(a_job_id(step), step=step) for step in steps]
    campaign = CAMPAIGN
    parents, under = {}, ""
    for checkpoint in made:
        campaign = evolve(campaign, a_head_advanced(checkpoint))
        parents[checkpoint.digest], under = under, checkpoint.digest
    return campaign, Lineage({each.digest: each for each in made}, parents), made


def test_rolling_back_moves_the_head_along_its_line_and_forgets_nothing() -> None:
    campaign, tree, (first, second) = line_of(10, 20)
    back = evolve(campaign, roll_back(campaign, first, tree, NOON))
    assert (back.head, back.step, back.heads) == (first, 10, (first, second))
    begin = evolve(back, roll_back(back, None, tree, NOON))
    assert (begin.head, begin.step) == (None, 0)


def test_an_abandoned_line_is_not_a_way_back() -> None:
    campaign, tree, (first, second) = line_of(10, 20)
    back = evolve(campaign, roll_back(campaign, first, tree, NOON))
    with pytest.raises(ForeignCheckpointError, match="not on the line"):
        roll_back(back, second, tree, NOON)


def test_a_fork_does_not_roll_back_below_its_beginning() -> None:
    campaign, tree, (first, second) = line_of(10, 20)
    forked = replace(campaign, start=second)
    with pytest.raises(ForeignCheckpointError, match="not on the line"):
        roll_back(forked, first, tree, NOON)


def test_a_campaign_that_began_from_a_checkpoint_rolls_back_to_it() -> None:
    start = a_checkpoint(campaign=CampaignId("baby-mage/parent"), step=50)
    campaign = created(replace(a_campaign_created(), start=start))
    assert (campaign.head, campaign.step) == (start, 50)
    after_it = a_checkpoint(a_job_id(9), step=60)
    tree = Lineage(
        {start.digest: start, after_it.digest: after_it},
        {start.digest: "", after_it.digest: start.digest},
    )
    trained = evolve(campaign, a_head_advanced(after_it))
    assert roll_back(trained, None, tree, NOON).checkpoint == start
