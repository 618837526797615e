"""All that says what settings are is checked at once: files, variables, heroes, campaigns."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.settings_source import MemorySettingsSource
from application.overrides import ForgottenSettingError, passed_over
from application.ports.campaign_repository import CampaignRepository
from application.ports.event_log import Append, BrokenLogError, campaign_stream
from application.ports.hero_catalog import HeroFileError
from application.use_cases.check_settings import CheckSettings
from domain.campaign_events import CampaignConfigured
from domain.errors import GuildError
from domain.hero import Hero
from domain.job import JobStatus
from domain.settings.layers import Value
from tests.memory_hall import MemoryHall, a_hero

RATE = "hyperparams.learning_rate"


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path)
    hall.enlist("first", f"{RATE}=0.25")
    return hall


def look(hall: MemoryHall) -> list[GuildError]:
    check = CheckSettings(
        settings=hall.settings,
        heroes=hall.heroes,
        profiles=hall.profiles,
        campaigns=lambda: hall.campaigns,
    )
    return [*check.execute()]


def record(hall: MemoryHall, name: str, settings: Mapping[str, Value]) -> str:
    """Put overrides in the log as an earlier guild may have: nobody checks them now."""
    campaign = hall.campaigns.get(name)
    event = CampaignConfigured(
        campaign_id=campaign.id,
        at=hall.clock.now(),
        settings=settings,
        config_hash=campaign.config_hash,
    )
    hall.log.append(Append(campaign_stream(campaign.id), (event,), campaign.version))
    return f"event {campaign.version + 1} of {campaign.id}"


def test_a_hall_in_order_has_no_faults(hall: MemoryHall) -> None:
    record(hall, "first", {"profile.system_prompt": "a = b", "data.validation_split": 0})
    assert look(hall) == []


def test_an_override_that_would_be_refused_today_is_named_with_campaign_and_event(
    hall: MemoryHall,
) -> None:
    record(hall, "first", {"hyperparams.seed": 7})
    place = record(hall, "first", {"hyperparams.max_length": 3})
    (fault,) = look(hall)
    assert str(fault) == f"hyperparams.max_length cannot be '3' ({place})"
    assert fault.fix == (
        "guild config set hyperparams.max_length VALUE --in campaign --campaign apprentice/first",
    )


def test_an_override_that_is_no_setting_any_more_is_named(hall: MemoryHall) -> None:
    place = record(hall, "first", {"hyperparams.momentum": 0.9})
    (fault,) = look(hall)
    assert str(fault) == f"there is no setting 'hyperparams.momentum' ({place})"


def test_an_override_that_was_set_right_again_is_no_fault(hall: MemoryHall) -> None:
    record(hall, "first", {RATE: -1.0})
    record(hall, "first", {RATE: 0.5})
    assert look(hall) == []


def test_every_campaign_is_asked_but_those_that_are_archived(hall: MemoryHall) -> None:
    hall.enlist("second")
    hall.enlist("third")
    for name in ("first", "second"):
        record(hall, name, {RATE: -1.0})
    assert ["first" in str(fault) for fault in look(hall)] == [True, False]
    hall.change_campaign().archive("first")
    assert ["second" in str(fault) for fault in look(hall)] == [True]


class SpoiltCatalog(MemoryHeroCatalog):
    """A catalogue with one file that cannot be read."""

    def get(self, hero_id: str) -> Hero:
        raise HeroFileError(f"{hero_id}.yaml:3: 'id' is missing")


def test_faults_of_every_kind_are_found_together(hall: MemoryHall) -> None:
    record(hall, "first", {RATE: -1.0, "hyperparams.seed": -1})
    hall.heroes = SpoiltCatalog([a_hero()])
    hall.settings = MemorySettingsSource({RATE: 7}, {"hyperparams.sed": 1})
    told = [str(fault) for fault in look(hall)]
    assert len(told) == 5
    assert "apprentice.yaml:3" in told[2]
    assert all("of apprentice/first" in each for each in told[3:])


def test_a_log_that_cannot_be_opened_is_one_fault_and_hides_no_other(hall: MemoryHall) -> None:
    def unopened() -> CampaignRepository:
        raise BrokenLogError("no database")

    hall.settings = MemorySettingsSource({RATE: 7})
    check = CheckSettings(
        settings=hall.settings, heroes=hall.heroes, profiles=hall.profiles, campaigns=unopened
    )
    assert [str(fault) for fault in check.execute()][1:] == ["no database"]


def test_what_another_version_set_is_passed_over_and_a_fork_is_the_way_out(
    hall: MemoryHall,
) -> None:
    record(hall, "first", {"hyperparams.momentum": 0.9, "model.dtype": "float8"})
    gone, value = look(hall)
    assert isinstance(gone, ForgottenSettingError)
    assert gone.exit_status == 3
    assert "guild campaign fork apprentice/first NAME" in gone.fix[-1]
    assert "passed over" in value.why
    hall.add()
    trained = hall.train()
    assert trained is not None
    assert trained.status is JobStatus.COMPLETED
    hall.change_campaign().configure("first", ["hyperparams.seed=7"])
    assert [str(fault) for fault in passed_over(hall.campaigns.get("first"), hall.settings)] == [
        str(gone),
        str(value),
    ]

    fork = hall.fork_campaign().execute("first", "clean")
    assert fork.overrides == {RATE: 0.25, "hyperparams.seed": 7}
    assert passed_over(fork, hall.settings) == []


def test_a_profile_that_nobody_knows_is_a_fault_wherever_it_is_set(hall: MemoryHall) -> None:
    record(hall, "first", {"profile.name": "nope"})
    (fault,) = look(hall)
    assert "event 3 of apprentice/first" in fault.why
    record(hall, "first", {"profile.name": "regime3"})
    hall.settings = MemorySettingsSource({"profile.name": "nope"})
    (fault,) = look(hall)
    assert (str(fault), fault.why) == (
        "there is no profile 'nope'",
        "set by: project file (project file)",
    )


def test_without_a_campaign_the_profile_alone_is_looked_at(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path / "new")
    hall.settings = MemorySettingsSource({"hyperparams.max_length": 10**6}, {"profile.name": "no"})
    (fault,) = look(hall)
    assert "environment" in fault.why


def test_a_length_beyond_what_the_active_campaign_reads_is_a_fault(hall: MemoryHall) -> None:
    hall.settings = MemorySettingsSource({"hyperparams.max_length": 201})
    (fault,) = look(hall)
    assert "max_length is 201, and apprentice-base reads 200" in str(fault)
