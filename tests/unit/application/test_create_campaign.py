"""Beginning a campaign."""

from pathlib import Path

import pytest

from adapters.memory.settings_source import MemorySettingsSource
from application.ports.hero_catalog import HeroNotFoundError
from application.ports.settings_source import BadSettingError, UnknownSettingError
from application.use_cases.create_campaign import NameTakenError
from domain.errors import ExitStatus
from tests.memory_hall import MemoryHall, a_hero


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
