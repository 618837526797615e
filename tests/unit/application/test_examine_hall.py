"""What the doctor finds in halls whose every port is played by memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.memory.hall_folders import MemoryHallFolders
from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.settings_source import MemorySettingsSource
from application.checks import Check, State
from application.ports.event_log import BrokenLogError, EventLog
from application.ports.hero_catalog import HeroFileError
from application.use_cases.examine_hall import ExamineHall
from domain.hero import Hero
from domain.settings.monitoring import Monitoring
from tests.builders import an_owner
from tests.memory_hall import MemoryHall, a_hero


@dataclass
class Doctor:
    """A hall, and what is peculiar about it."""

    hall: MemoryHall
    folders: MemoryHallFolders = field(default_factory=MemoryHallFolders)
    log: Callable[[], EventLog] | None = None
    problem: str = ""
    asked: list[Monitoring] = field(default_factory=list)

    def look(self, *, fix: bool = False) -> Sequence[Check]:
        hall = self.hall
        return ExamineHall(
            folders=self.folders,
            heroes=hall.heroes,
            settings=hall.settings,
            profiles=hall.profiles,
            log=self.log or (lambda: hall.log),
            jobs=lambda: hall.jobs,
            campaigns=lambda: hall.campaigns,
            processes=hall.processes,
            clock=hall.clock,
            server_problem=self._ask,
        ).execute(fix=fix)

    def found(self, name: str, *, fix: bool = False) -> Check:
        (check,) = [each for each in self.look(fix=fix) if each.name == name]
        return check

    def _ask(self, monitoring: Monitoring) -> str:
        self.asked.append(monitoring)
        return self.problem


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "hall")


@pytest.fixture(name="doctor")
def _doctor(hall: MemoryHall) -> Doctor:
    return Doctor(hall)


def test_nothing_is_wrong_with_a_new_hall(doctor: Doctor) -> None:
    checks = doctor.look()
    assert {check.state for check in checks} == {State.OK}
    names = ["folders", "disk", "heroes", "log", "campaign", "jobs", "settings", "preview"]
    assert [check.name for check in checks] == names


def test_nothing_is_wrong_with_a_hall_that_has_trained(doctor: Doctor, hall: MemoryHall) -> None:
    hall.enlist()
    hall.add()
    hall.train()
    assert {check.state for check in doctor.look()} == {State.OK}


def test_missing_folders_fail_until_they_are_made(doctor: Doctor) -> None:
    doctor.folders = MemoryHallFolders(missing=["status", "queue/low"])
    check = doctor.found("folders")
    assert (check.state, check.fix) == (State.FAIL, ("guild doctor --fix",))
    assert "status, queue/low" in check.detail
    assert doctor.found("folders", fix=True) == Check("folders", State.OK, "made status, queue/low")
    assert doctor.found("folders").detail == "complete"


@pytest.mark.parametrize(
    ("free", "state"), [(5 * 10**9, State.OK), (5 * 10**9 - 1, State.WARN), (0, State.WARN)]
)
def test_little_room_is_a_warning(doctor: Doctor, free: int, state: State) -> None:
    doctor.folders = MemoryHallFolders(free_bytes=free)
    assert doctor.found("disk").state is state


class SpoiltCatalog(MemoryHeroCatalog):
    """Has a hero whose file is no hero's."""

    def ids(self) -> Sequence[str]:
        return [*super().ids(), "spoilt"]

    def get(self, hero_id: str) -> Hero:
        if hero_id == "spoilt":
            raise HeroFileError("spoilt.yaml:3: 'id' is missing", fix=("write one",))
        return super().get(hero_id)


def test_a_hero_that_cannot_be_read_is_named_and_hides_no_other_check(
    doctor: Doctor, hall: MemoryHall
) -> None:
    hall.heroes = SpoiltCatalog([a_hero()])
    check = doctor.found("hero spoilt")
    assert check == Check(
        "hero spoilt", State.FAIL, "spoilt.yaml:3: 'id' is missing", ("write one",)
    )
    assert "hero apprentice" not in [each.name for each in doctor.look()]
    assert doctor.found("log").state is State.OK


def test_a_log_that_was_changed_fails_and_nothing_is_read_from_it(doctor: Doctor) -> None:
    doctor.hall.enlist()
    doctor.hall.log._history.pop()
    assert doctor.found("log").state is State.FAIL
    names = {check.name for check in doctor.look()}
    assert not {"campaign", "job", "jobs"} & names
    assert {"heroes", "settings"} <= names


def test_a_log_that_cannot_be_opened_fails_with_its_reason(doctor: Doctor) -> None:
    def unopened() -> EventLog:
        raise BrokenLogError("no database", why="it is a text file", fix=("restore it",))

    doctor.log = unopened
    assert doctor.found("log") == Check(
        "log", State.FAIL, "no database: it is a text file", ("restore it",)
    )


def test_a_bad_setting_fails_and_no_preview_server_is_asked(
    doctor: Doctor, hall: MemoryHall
) -> None:
    hall.settings = MemorySettingsSource({"hyperparams.learning_rate": -1.0})
    check = doctor.found("settings")
    assert check.state is State.FAIL
    assert "hyperparams.learning_rate" in check.detail
    assert "preview" not in [each.name for each in doctor.look()]


def test_a_setting_that_does_not_fit_the_active_hero_fails(
    doctor: Doctor, hall: MemoryHall
) -> None:
    hall.enlist()
    hall.settings = MemorySettingsSource({"hyperparams.max_length": 201})
    assert "reads 200 tokens" in doctor.found("settings").detail


def test_a_hero_that_is_not_the_locked_one_any_more_fails(doctor: Doctor, hall: MemoryHall) -> None:
    hall.enlist()
    hall.heroes = MemoryHeroCatalog([a_hero(name="another-base")])
    check = doctor.found("campaign")
    assert check.state is State.FAIL
    assert "another-base" in check.detail
    assert check.fix


def test_a_hero_that_is_gone_fails_once(doctor: Doctor, hall: MemoryHall) -> None:
    hall.enlist()
    hall.heroes = MemoryHeroCatalog([a_hero("somebody")])
    failed = [check for check in doctor.look() if check.state is State.FAIL]
    assert [check.name for check in failed] == ["campaign"]


class Killed(BaseException):
    """The process ends without a word."""


def test_a_job_whose_process_is_gone_is_a_warning_and_a_living_one_is_not(
    doctor: Doctor, hall: MemoryHall
) -> None:
    hall.enlist()
    job = hall.add()

    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        hall.train(control=die)  # type: ignore[arg-type]
    assert doctor.found("jobs").detail == "1 being trained"
    hall.be(2, living={an_owner()})
    assert doctor.found("jobs").state is State.OK
    hall.be(2)
    check = doctor.found("job")
    assert check.state is State.WARN
    assert job.ref in check.detail
    assert check.fix == ("guild train next goes on with it",)


def test_the_preview_server_is_asked_only_where_it_is_used(
    doctor: Doctor, hall: MemoryHall
) -> None:
    doctor.problem = "no server answers"
    assert doctor.found("preview").state is State.OK
    assert doctor.asked == []
    hall.settings = MemorySettingsSource(
        {"monitoring.preview_backend": "remote_3090", "monitoring.remote_3090_port": 9}
    )
    check = doctor.found("preview")
    assert (check.state, check.detail) == (State.FAIL, "no server answers")
    assert check.fix
    assert [monitoring.remote_3090_port for monitoring in doctor.asked] == [9]
    doctor.problem = ""
    assert doctor.found("preview").state is State.OK


def test_strays_in_the_queue_are_a_warning_each(doctor: Doctor) -> None:
    doctor.folders = MemoryHallFolders(strays=["queue/low/a.xlsx"])
    check = doctor.found("queue")
    assert check.state is State.WARN
    assert "queue/low/a.xlsx" in check.detail
