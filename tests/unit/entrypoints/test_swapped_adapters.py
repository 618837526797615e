"""The command line on other adapters: no files, no database, no torch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.memory.trainer import MemoryTrainer
from tests.memory_cli import Guild, guild_over
from tests.memory_hall import MemoryHall, rows


@pytest.fixture(name="memory")
def _memory(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


@pytest.fixture(name="run")
def _run(tmp_path: Path, memory: MemoryHall) -> Guild:
    return guild_over(memory, tmp_path / "hall")


def test_a_job_goes_through_the_whole_command_line(
    run: Guild, memory: MemoryHall, tmp_path: Path
) -> None:
    file = str(tmp_path / "july.jsonl")
    memory.shelf[file] = rows(12)

    created = run("campaign", "create", "first", "--hero", "apprentice")
    added = run("queue", "add", file, "--priority", "high", "--json")
    trained = run("train", "next", "--quiet")
    status = run("status")
    assert [ran.exit_code for ran in (created, added, trained, status)] == [0, 0, 0, 0]
    assert "apprentice/first" in created.stdout
    assert json.loads(added.stdout)["jobs"][0]["priority"] == "high"
    assert "completed" in trained.stdout
    assert "1 completed" in status.stdout


def test_nothing_waits_is_no_failure_unless_it_is_asked_for(run: Guild) -> None:
    run("campaign", "create", "first", "--hero", "apprentice")

    assert run("train", "next").exit_code == 0
    assert run("train", "next", "--exit-code").exit_code == 10


def test_a_job_that_ends_badly_is_an_exit_status(
    run: Guild, memory: MemoryHall, tmp_path: Path
) -> None:
    file = str(tmp_path / "long.jsonl")
    memory.shelf[file] = b'{"question": "' + b"long " * 60 + b'", "answer": "x"}\n' + rows(3)
    run("campaign", "create", "first", "--hero", "apprentice")
    run("queue", "add", file)

    ended = run("train", "next", "--quiet")
    assert ended.exit_code == 7
    assert "data_error" in ended.stdout


def test_a_job_that_waits_after_a_fault_is_named(
    run: Guild, memory: MemoryHall, tmp_path: Path
) -> None:
    file = str(tmp_path / "july.jsonl")
    memory.shelf[file] = rows(12)
    memory.trainer = MemoryTrainer(faults={2: ZeroDivisionError("oops")})
    run("campaign", "create", "first", "--hero", "apprentice")
    run("queue", "add", file)
    broken = run("train", "next", "--quiet")

    idle = run("train", "next", "--quiet")
    assert isinstance(broken.exception, ZeroDivisionError)
    assert idle.exit_code == 0
    assert "waits until" in idle.stdout
    assert "oops" in idle.stdout


def test_refusals_are_what_why_fix_or_one_json_object(run: Guild) -> None:
    text = run("campaign", "create", "first", "--hero", "aprentice")
    document = run("--json", "campaign", "create", "first", "--hero", "aprentice")

    assert text.exit_code == document.exit_code == 4
    assert text.stdout == document.stdout == ""
    assert text.stderr.splitlines()[0].startswith("error: there is no hero 'aprentice'")
    assert "  fix: known heroes: apprentice, faraway" in text.stderr
    assert json.loads(document.stderr)["error"]["code"] == "E_NOT_FOUND"


def test_no_torch_is_loaded_by_any_of_it() -> None:
    program = (
        "import sys, pytest\n"
        f"arguments = ['-q', '-p', 'no:cacheprovider', {__file__!r}, '-k', 'whole_command']\n"
        "status = pytest.main(arguments)\n"
        "assert status == 0, status\n"
        "assert not {'torch', 'transformers', 'datasets'} & set(sys.modules)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[3],
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_model_that_lets_packed_rows_see_each_other_ends_the_job_badly(
    run: Guild, memory: MemoryHall, tmp_path: Path
) -> None:
    memory.trainer = MemoryTrainer(leak="layers.1")
    file = str(tmp_path / "july.jsonl")
    memory.shelf[file] = rows(12)
    run("campaign", "create", "first", "--hero", "apprentice", "--set", "packing.enabled=true")
    run("queue", "add", file)

    ended = run("train", "next", "--quiet")
    assert ended.exit_code == 7
    assert "config_error" in ended.stdout
    assert "layers.1" in ended.stdout
