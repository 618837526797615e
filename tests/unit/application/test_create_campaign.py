"""Beginning a campaign."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.model_loader import MemoryModelLoader
from adapters.memory.settings_source import MemorySettingsSource
from application.ports.hero_catalog import HeroNotFoundError
from application.ports.settings_source import BadSettingError, UnknownSettingError
from application.starts import UntrueHeroError
from application.use_cases.create_campaign import CampaignRequest, NameTakenError
from domain.errors import ExitStatus
from tests.memory_hall import GIVEN, MemoryHall, a_hero, described


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path)


def test_a_new_campaign_is_active_and_locked_to_its_hero(hall: MemoryHall) -> None:
    hall.enlist("first")

    active = hall.campaigns.active()
    assert active.id == "apprentice/first"
    assert active.locked == a_hero().locked_architecture
    assert active.head is None
    assert active.code_version == "test"


def test_the_campaign_made_last_is_the_active_one(hall: MemoryHall) -> None:
    hall.enlist("first")
    hall.enlist("second")

    assert hall.campaigns.active().name == "second"


def test_a_hero_whose_weights_are_elsewhere_can_be_enlisted(hall: MemoryHall) -> None:
    hall.enlist("far", hero="faraway")

    assert hall.campaigns.active().locked.base_model == "elsewhere/faraway"


def test_a_name_is_used_once_per_hero(hall: MemoryHall) -> None:
    hall.enlist("first")
    before = hall.log.read_after("")

    with pytest.raises(NameTakenError) as refusal:
        hall.enlist("first")
    assert refusal.value.exit_status is ExitStatus.HELD
    assert hall.log.read_after("") == before


def test_an_unknown_hero_is_refused_with_the_known_ones(hall: MemoryHall) -> None:
    with pytest.raises(HeroNotFoundError) as refusal:
        hall.enlist("first", hero="aprentice")
    assert "apprentice, faraway" in refusal.value.fix[0]


def test_overrides_are_kept_and_shape_the_hash(hall: MemoryHall) -> None:
    plain = hall.enlist("plain").campaign
    tuned = hall.enlist("tuned", "hyperparams.seed=7").campaign

    assert tuned.overrides == {"hyperparams.seed": 7}
    assert tuned.config_hash != plain.config_hash


def test_an_override_that_the_project_file_beats_is_named(hall: MemoryHall) -> None:
    hall.settings = MemorySettingsSource({"hyperparams.seed": 1})

    new = hall.enlist("first", "hyperparams.seed=7")
    assert new.overruled == ("hyperparams.seed",)


def test_an_unknown_setting_is_refused(hall: MemoryHall) -> None:
    with pytest.raises(UnknownSettingError):
        hall.enlist("first", "hyperparams.learning_rat=1")
    assert hall.campaigns.find() == []


def test_a_length_beyond_the_heros_context_is_refused(hall: MemoryHall) -> None:
    with pytest.raises(BadSettingError, match="max_length is 201"):
        hall.enlist("first", "hyperparams.max_length=201")


@pytest.mark.parametrize("dry_run", [False, True])
def test_rows_are_as_long_as_a_short_model_reads_where_nobody_says_more(
    hall: MemoryHall, *, dry_run: bool
) -> None:
    hall.heroes = MemoryHeroCatalog([replace(a_hero(), training_defaults={})])
    new = hall.enlist("first", start=GIVEN, dry_run=dry_run)
    assert (new.shortened, new.campaign.overrides) == (200, {"hyperparams.max_length": 200})


def test_a_length_that_somebody_set_is_left_to_them(hall: MemoryHall) -> None:
    hall.settings = MemorySettingsSource({"hyperparams.max_length": 100})
    new = hall.enlist("first", start=GIVEN)
    assert (new.shortened, new.campaign.overrides) == (0, {})
    hall.settings = MemorySettingsSource({"hyperparams.max_length": 201})
    with pytest.raises(BadSettingError, match=f"201, and {GIVEN} reads 200 tokens"):
        hall.enlist("second", start=GIVEN)


def test_a_campaign_begun_from_a_short_copy_stays_within_its_context(hall: MemoryHall) -> None:
    hall.models = MemoryModelLoader(described=[described(GIVEN, context_length=100)])
    hall.enlist("first", "hyperparams.max_length=50", start=GIVEN)
    hall.settings = MemorySettingsSource({"hyperparams.max_length": 150})
    with pytest.raises(BadSettingError, match=f"150, and {GIVEN} reads 100"):
        hall.add()


def test_a_description_that_looks_like_a_secret_is_refused(hall: MemoryHall) -> None:
    request = CampaignRequest(name="x", hero_id="apprentice", description="hf_" + "a1B2" * 8)
    with pytest.raises(BadSettingError, match="--description") as refused:
        hall.create_campaign().execute(request)
    assert "a1B2" not in str(refused.value) + refused.value.why
    assert hall.campaigns.find() == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_hero_that_is_not_what_its_model_is_begins_nothing(
    hall: MemoryHall, *, dry_run: bool
) -> None:
    own = replace(a_hero(name="here"), own=True)
    hall.heroes = MemoryHeroCatalog([own])
    hall.models = MemoryModelLoader(described=[described("here", vocab_size=99)])
    with pytest.raises(UntrueHeroError, match="hero apprentice") as refused:
        hall.enlist("first", dry_run=dry_run)
    assert refused.value.why == "vocab_size: the hero says 100, the model 99"
    assert refused.value.fix == ("guild hero check apprentice --fix",)
    assert hall.campaigns.find() == []


def test_a_hero_whose_model_is_elsewhere_is_taken_at_its_word(hall: MemoryHall) -> None:
    hall.heroes = MemoryHeroCatalog([replace(a_hero(name="elsewhere"), own=True)])
    assert hall.enlist("first").campaign.name == "first"
