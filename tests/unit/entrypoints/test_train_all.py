"""guild train all on other adapters: which jobs are begun, what is told, and how it ends."""

import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.memory.hall_folders import MemoryHallFolders
from adapters.memory.inbox import MemoryInbox
from adapters.memory.trainer import MemoryTrainer
from application.ports.inbox import Arrival
from application.ports.status_sink import StatusSink
from application.ports.trainer import Outcome
from domain.job import Job, JobStatus
from domain.reports import Report
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from tests.memory_cli import Guild, guild_over
from tests.memory_hall import MemoryHall, rows

TOO_LONG = b'{"question": "' + b"long " * 60 + b'", "answer": "x"}\n' + rows(3)


class EventfulTrainer(MemoryTrainer):
    """Something happens in the hall while the job of a number, from 1, is trained."""

    def __init__(self, happening: dict[int, Callable[[], None]], **facts: Any) -> None:
        super().__init__(**facts)
        self._happening, self._jobs = happening, 0

    def train(self, *args: Any, **named: Any) -> Outcome:
        self._jobs += 1
        self._happening.get(self._jobs, lambda: None)()
        return super().train(*args, **named)


@pytest.fixture(name="memory")
def _memory(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


@pytest.fixture(name="run")
def _run(tmp_path: Path, memory: MemoryHall) -> Guild:
    return guild_over(memory, tmp_path / "hall", "--quiet")


@pytest.fixture(name="queue")
def _queue(run: Guild, memory: MemoryHall) -> Callable[..., None]:
    """Queue files by name for a campaign."""

    def queue(**files: bytes) -> None:
        run("campaign", "create", "first", "--hero", "apprentice")
        for name, content in files.items():
            memory.shelf[f"/{name}.jsonl"] = content
            assert run("queue", "add", f"/{name}.jsonl").exit_code == 0

    return queue


def states(memory: MemoryHall) -> list[JobStatus]:
    return [job.status for job in memory.jobs.find()]


def names(document: str) -> list[str]:
    return [job["dataset_path"] for job in json.loads(document)["jobs"]]


def test_every_job_is_trained_in_its_turn_and_told_in_one_document(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    queue(one=rows(12), two=rows(13), three=rows(14))
    ran = run("--json", "train", "all")

    assert ran.exit_code == 0
    document = json.loads(ran.stdout)
    assert document["schema"] == "guild.train.all/1"
    assert document["ended"] == "nothing waits in the active campaign"
    assert names(ran.stdout) == ["one.jsonl", "two.jsonl", "three.jsonl"]
    assert states(memory) == [JobStatus.COMPLETED] * 3
    steps = [(job["start_step"], job["final_step"]) for job in document["jobs"]]
    assert all(before[1] == after[0] for before, after in pairwise(steps))


def test_people_are_told_of_each_job_and_of_all(run: Guild, queue: Callable[..., None]) -> None:
    queue(one=rows(12), two=rows(13))
    shown = run("train", "all").stdout

    assert shown.index("one.jsonl") < shown.index("two.jsonl") < shown.index("2 completed")


def test_nothing_waits_is_no_failure_unless_it_is_asked_for(
    run: Guild, queue: Callable[..., None]
) -> None:
    queue()
    assert run("train", "all").exit_code == 0
    idle = run("--json", "train", "all", "--exit-code")
    assert (idle.exit_code, json.loads(idle.stdout)["jobs"]) == (10, [])


def test_a_job_that_fails_is_told_and_does_not_stop_the_next(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    queue(one=TOO_LONG, two=rows(13))
    ran = run("train", "all")

    assert ran.exit_code == 7
    assert "is failed: on with the next" in ran.stderr
    assert "data_error" in ran.stdout
    assert "1 failed, 1 completed" in ran.stdout
    assert states(memory) == [JobStatus.FAILED, JobStatus.COMPLETED]


def test_a_setting_that_cannot_be_is_refused_before_any_job_is_begun(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    queue(one=rows(12), two=rows(13))
    ran = run("--json", "train", "all", "--set", "profile.name=nobody")

    assert (ran.exit_code, ran.stdout) == (4, "")
    assert states(memory) == [JobStatus.QUEUED] * 2


def test_a_leak_between_packed_rows_stops_at_the_first_job(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    memory.trainer = MemoryTrainer(leak="layers.1")
    queue(one=rows(12), two=rows(13))
    ran = run("train", "all", "--set", "packing.enabled=true")

    assert ran.exit_code == 7
    assert "would fail alike" in ran.stdout
    assert states(memory) == [JobStatus.FAILED, JobStatus.QUEUED]


def test_max_jobs_leaves_the_rest_where_it_waits(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    queue(one=rows(12), two=rows(13), three=rows(14))
    ran = run("--json", "train", "all", "--max-jobs", "2")

    assert (ran.exit_code, names(ran.stdout)) == (0, ["one.jsonl", "two.jsonl"])
    assert "--max-jobs 2" in json.loads(ran.stdout)["ended"]
    assert states(memory)[-1] is JobStatus.QUEUED
    assert run("train", "all", "--max-jobs", "0").exit_code == 2


def test_settings_given_here_are_those_of_every_job(run: Guild, queue: Callable[..., None]) -> None:
    queue(one=rows(12), two=rows(13))
    jobs = json.loads(run("--json", "train", "all", "--max-steps", "1").stdout)["jobs"]

    assert [job["final_step"] for job in jobs] == [1, 2]


def test_what_arrives_while_a_job_runs_is_trained_after_it(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    def arrive() -> None:
        memory.inbox.arrive("late.jsonl", rows(15))

    memory.trainer = EventfulTrainer({1: arrive})
    queue(one=rows(12))

    assert names(run("--json", "train", "all").stdout) == ["one.jsonl", "late.jsonl"]


def test_a_fault_of_guild_ends_it_after_what_was_trained_is_told(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("oops")

    memory.trainer = EventfulTrainer({2: fail})
    queue(one=rows(12), two=rows(13), three=rows(14))
    ran = run("--json", "train", "all")

    assert isinstance(ran.exception, ZeroDivisionError)
    assert names(ran.stdout) == ["one.jsonl"]


def test_jobs_that_wait_for_a_time_are_named_and_not_waited_for(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    memory.trainer = MemoryTrainer(faults={2: ZeroDivisionError("oops")})
    queue(one=rows(12))
    run("train", "all")
    idle = run("train", "all")

    assert idle.exit_code == 0
    assert "waits until" in idle.stdout
    assert "oops" in idle.stdout


def test_a_disk_that_fills_up_ends_it_before_the_next_job(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    def fill() -> None:
        memory.folders._free_bytes = 1

    memory.folders = MemoryHallFolders()
    memory.trainer = EventfulTrainer({1: fill})
    queue(one=rows(12), two=rows(13))
    ran = run("--json", "train", "all")

    assert ran.exit_code == 75
    assert names(ran.stdout) == ["one.jsonl"]
    assert json.loads(ran.stderr)["error"]["code"] == "E_DISK_FULL"
    assert states(memory) == [JobStatus.COMPLETED, JobStatus.QUEUED]


def test_a_disk_that_is_full_at_the_save_ends_it_with_that_job(
    run: Guild, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    memory.trainer = MemoryTrainer(faults={1: OSError(28, "No space left on device")})
    queue(one=rows(12), two=rows(13))
    ran = run("train", "all")

    assert ran.exit_code == 75
    assert "went back to the queue" in ran.stdout
    assert [job.attempts for job in memory.jobs.find()] == [1, 0]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_running_job_and_begins_no_other(
    run: Guild, memory: MemoryHall, queue: Callable[..., None], number: int, status: int
) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), number)
        time.sleep(0.2)

    memory.trainer = EventfulTrainer({2: interrupt})
    queue(one=rows(12), two=rows(13), three=rows(14))
    ran = run("--json", "train", "all")

    assert ran.exit_code == status
    assert names(ran.stdout) == ["one.jsonl", "two.jsonl"]
    assert states(memory) == [JobStatus.COMPLETED, JobStatus.QUEUED, JobStatus.QUEUED]
    assert [job.failures for job in memory.jobs.find()] == [0, 0, 0]


class InterruptedInbox(MemoryInbox):
    """Is looked into for the second time when a signal comes."""

    def __init__(self, memory: MemoryHall, number: int) -> None:
        super().__init__(memory.shelf)
        self._memory, self._number = memory, number

    def arrivals(self) -> Sequence[Arrival]:
        if JobStatus.COMPLETED in states(self._memory):
            os.kill(os.getpid(), self._number)
            time.sleep(0.05)
        return super().arrivals()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_between_two_jobs_begins_no_other(
    run: Guild, memory: MemoryHall, queue: Callable[..., None], number: int, status: int
) -> None:
    memory.inbox = InterruptedInbox(memory, number)
    queue(one=rows(12), two=rows(13))
    ran = run("--json", "train", "all")

    assert (ran.exit_code, names(ran.stdout)) == (status, ["one.jsonl"])
    assert [job.attempts for job in memory.jobs.find()] == [1, 0]


class FrailWatcher(StatusSink):
    """Fails at everything that the first job tells."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def tell(self, job: Job, report: Report) -> None:
        if job.dataset.name == "one.jsonl":
            raise BlockingIOError
        self.heard.append(job.dataset.name)


def test_a_watcher_that_failed_at_one_job_is_told_of_the_next(
    tmp_path: Path, memory: MemoryHall, queue: Callable[..., None]
) -> None:
    queue(one=rows(12), two=rows(13))
    watcher = FrailWatcher()
    app = App(override={**memory.providers(), "status_file": watcher})
    ran = CliRunner().invoke(guild, ["-C", str(tmp_path / "hall"), "-q", "train", "all"], obj=app)

    assert ran.exit_code == 0
    assert "no longer shows the job" in ran.stderr
    assert set(watcher.heard) == {"two.jsonl"}


def test_a_refusal_before_the_first_job_is_all_that_is_said(run: Guild) -> None:
    ran = run("--json", "train", "all")
    assert (ran.exit_code, ran.stdout) == (4, "")
