"""Taking over a predecessor's settings and campaigns."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.memory.predecessor import MemoryPredecessor
from application.use_cases.create_campaign import NameTakenError
from application.use_cases.import_campaign import ImportCampaign
from application.use_cases.import_settings import ImportSettings
from domain.errors import NotFoundError
from domain.settings.left_behind import Reason
from tests.memory_hall import MemoryHall

RATE = "hyperparams.learning_rate"
CAMPAIGN: Mapping[str, object] = {
    "name": "July logic",
    "hero_id": "apprentice",
    "current_step": 1200,
    "config_overrides": {"learning_rate": 1e-4, "zork": 1},
}


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path)


def settings_of(hall: MemoryHall, tree: Mapping[str, object]) -> ImportSettings:
    return ImportSettings(predecessor=MemoryPredecessor({"old": tree}), settings=hall.settings)


def campaign_of(hall: MemoryHall, tree: Mapping[str, object]) -> ImportCampaign:
    return ImportCampaign(
        predecessor=MemoryPredecessor(campaigns={"old": tree}),
        settings=hall.settings,
        heroes=hall.heroes,
        create=hall.create_campaign(),
    )


def test_settings_are_only_shown_unless_they_are_to_be_written(hall: MemoryHall) -> None:
    importing = settings_of(hall, {"learning_rate": 4e-4, "batch_size": 2})

    shown = importing.execute("old")
    assert dict(hall.settings.project().values) == {}

    assert shown.difference == ""

    written = importing.execute("old", write=True)
    assert written.translation == shown.translation
    assert "learning_rate" in written.difference
    assert dict(hall.settings.project().values) == {
        RATE: 4e-4,
        "hyperparams.per_device_train_batch_size": 2,
    }


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("learning_rate", 7, RATE),
        ("batch_size", True, "per_device_train_batch_size"),
        ("batch_size", 1.5, "per_device_train_batch_size"),
        ("lr_scheduler", "constant", "lr_scheduler_type"),
        ("precision", "int4", "model.dtype"),
    ],
)
def test_what_guild_would_refuse_is_left_with_the_refusal(
    hall: MemoryHall, key: str, value: object, told: str
) -> None:
    found = settings_of(hall, {key: value, "seed": 7}).execute("old", write=True).translation

    assert [(each.old, each.reason) for each in found.left] == [(key, Reason.REFUSED)]
    assert told in found.left[0].why
    assert dict(hall.settings.project().values) == {"hyperparams.seed": 7}


def test_a_profile_that_guild_does_not_have_is_left_with_the_known_ones(hall: MemoryHall) -> None:
    found = settings_of(hall, {"profile": {"name": "no_such"}}).execute("old").translation

    assert not found.taken
    assert "plain_sft" in found.left[0].why


def test_a_secret_is_left_and_not_repeated(hall: MemoryHall) -> None:
    secret = "hf_" + "a1B2" * 8
    found = settings_of(hall, {"system_prompt": secret}).execute("old", write=True)

    assert found.translation.left[0].reason is Reason.REFUSED
    assert secret not in str(found)


def test_an_old_campaign_lives_on_under_its_name(hall: MemoryHall) -> None:
    imported = campaign_of(hall, CAMPAIGN).execute("old")

    active = hall.campaigns.active()
    assert active == imported.new.campaign
    assert active.name == "July-logic"
    assert active.overrides == {RATE: 1e-4}
    assert active.step == 0
    assert "current_step 1200" in active.description
    left = {each.old for each in imported.translation.left}
    assert {"config_overrides.zork", "checkpoints/"} <= left
    taken = {each.old for each in imported.translation.taken}
    assert {"name", "hero_id", "config_overrides.learning_rate"} <= taken


def test_a_dry_run_makes_no_campaign(hall: MemoryHall) -> None:
    imported = campaign_of(hall, CAMPAIGN).execute("old", dry_run=True)

    assert imported.new.campaign.overrides == {RATE: 1e-4}
    assert not hall.campaigns.find()


def test_another_hero_can_take_the_old_ones_place(hall: MemoryHall) -> None:
    strange = {**CAMPAIGN, "hero_id": "gou"}

    with pytest.raises(NotFoundError) as refused:
        campaign_of(hall, strange).execute("old")
    assert "gou" in str(refused.value)
    assert "--hero: apprentice, faraway" in refused.value.fix[0]

    imported = campaign_of(hall, strange).execute("old", hero_id="apprentice")
    assert imported.new.campaign.hero_id == "apprentice"


def test_a_campaign_is_taken_over_once(hall: MemoryHall) -> None:
    campaign_of(hall, CAMPAIGN).execute("old")

    with pytest.raises(NameTakenError):
        campaign_of(hall, CAMPAIGN).execute("old")
