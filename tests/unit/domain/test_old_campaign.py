"""A predecessor's campaign."""

import pytest

from domain.old_campaign import OldCampaignError, old_campaign
from domain.settings.translation import Taken

LEAVES: dict[str, object] = {
    "id": "campaign-001",
    "hero_id": "dio-qwen3-0.6b",
    "name": "First steps",
    "description": "Syllables",
    "created_at": "2025-11-28T10:00:00",
    "current_step": 1200,
    "status": "active",
    "milestones": [],
    "parent_campaign.step": 7,
    "config_overrides.learning_rate": 1e-4,
}


def test_every_key_is_accounted_for_once() -> None:
    old = old_campaign(LEAVES)

    accounted = [*(each.old for each in old.taken), *(each.old for each in old.left)]
    overrides = [f"config_overrides.{key}" for key in old.overrides]
    assert sorted([*accounted, *overrides]) == sorted([*LEAVES, "checkpoints/"])


def test_step_and_time_are_told_in_the_description() -> None:
    assert old_campaign(LEAVES).description == (
        "Syllables (taken over from a predecessor's First steps, "
        "created_at 2025-11-28T10:00:00, current_step 1200)"
    )


def test_a_name_that_cannot_be_a_folder_is_written_so_that_it_can() -> None:
    old = old_campaign(LEAVES)

    assert old.name == "First-steps"
    assert old.taken[0] == Taken("name", "name", "First-steps")


def test_a_campaign_without_a_description_tells_where_it_is_from() -> None:
    bare = old_campaign({"id": "campaign-001", "hero_id": "dio", "description": ["no text"]})

    assert bare.description == "taken over from a predecessor's campaign-001"
    assert bare.name == "campaign-001"
    assert "description" in {each.old for each in bare.left}


@pytest.mark.parametrize("value", [None, "", "  ", 3, ["dio"]])
def test_a_campaign_without_a_hero_is_refused_with_the_key(value: object) -> None:
    with pytest.raises(OldCampaignError, match="hero_id"):
        old_campaign({**LEAVES, "hero_id": value})


@pytest.mark.parametrize("key", ["name", "description"])
def test_a_secret_is_refused_and_not_repeated(key: str) -> None:
    secret = "hf_" + "a1B2" * 8

    with pytest.raises(OldCampaignError, match=key) as refused:
        old_campaign({**LEAVES, key: secret})
    assert secret not in str(refused.value)
