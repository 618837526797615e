"""A setting of the project is kept only if jobs can be trained with it."""

from pathlib import Path

import pytest

from adapters.memory.settings_source import MemorySettingsSource
from application.ports.profile_catalog import ProfileNotFoundError
from application.ports.settings_source import BadSettingError
from application.use_cases.keep_setting import KeepSetting
from tests.memory_hall import MemoryHall


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path)


def keep(hall: MemoryHall, pair: str) -> str:
    use_case = KeepSetting(settings=hall.settings, profiles=hall.profiles, campaigns=hall.campaigns)
    return use_case.execute(pair)


def test_an_unknown_profile_is_not_kept(hall: MemoryHall) -> None:
    with pytest.raises(ProfileNotFoundError) as refused:
        keep(hall, "profile.name=nope")
    assert refused.value.why == "set by: config set"
    assert hall.settings.project().values == {}


def test_a_length_is_measured_by_the_active_campaign(hall: MemoryHall) -> None:
    keep(hall, "hyperparams.max_length=201")
    hall.settings = MemorySettingsSource()
    hall.enlist()
    with pytest.raises(BadSettingError, match="is 201, and apprentice-base reads 200"):
        keep(hall, "hyperparams.max_length=201")
    keep(hall, "hyperparams.max_length=200")
    assert hall.settings.project().values == {"hyperparams.max_length": 200}


def test_what_is_wrong_already_hinders_no_repair(hall: MemoryHall) -> None:
    hall.enlist()
    hall.settings = MemorySettingsSource({"profile.name": "nope", "hyperparams.max_length": 999})
    keep(hall, "profile.name=regime3")
    keep(hall, "hyperparams.max_length=100")
    keep(hall, "hyperparams.seed=7")
    assert hall.settings.project().values["profile.name"] == "regime3"
