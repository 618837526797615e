"""A line of checkpoints with a head."""

from datetime import datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import (
    CampaignActivated,
    CampaignEvent,
    ForeignCheckpointError,
    HeadAdvanced,
    activate,
    advance,
    created,
    evolve,
    replay,
)
from domain.ids import CampaignId
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
    assert list(campaign.line) == heads
    assert campaign.head == (heads[-1] if heads else None)
    assert campaign.step == (heads[-1].step if heads else 0)
    assert campaign.head_digest == (heads[-1].digest if heads else "")


def test_a_new_campaign_starts_at_the_base_model() -> None:
    assert (CAMPAIGN.head, CAMPAIGN.head_digest, CAMPAIGN.step) == (None, "", 0)
    assert CAMPAIGN.overrides == {"hyperparams.seed": 7}
    assert (CAMPAIGN.version, CAMPAIGN.created_at) == (1, NOON)


def test_activating_changes_nothing_about_the_campaign_itself() -> None:
    event = activate(TRAINED, NOON)
    assert event == CampaignActivated(campaign_id=TRAINED.id, at=NOON)
    assert evolve(TRAINED, event).line == TRAINED.line


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
