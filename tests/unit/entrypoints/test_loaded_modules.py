"""Looking is cheap: no command that only reads loads a slow library."""

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = {"torch", "transformers", "datasets", "pandas", "sqlite_utils"}
NOT_FOR_HELP = SLOW | {"pydantic", "dependency_injector"}
PROFILES = [
    ["profile", "list"],
    ["profile", "show", "regime3"],
    ["profile", "try", "emoji_think", "{rows}"],
]
READING = [
    ["status"],
    ["doctor"],
    ["hero", "list"],
    ["hero", "show", "tiny-qwen3"],
    ["campaign", "list"],
    ["campaign", "show"],
    ["queue", "list"],
    ["checkpoint", "list"],
    ["checkpoint", "prune", "--dry-run"],
    ["checkpoint", "verify", "--all"],
    ["job", "list"],
    ["job", "show", "{job}"],
    ["job", "events", "{job}"],
    *PROFILES,
]
PROGRAM = """
import sys
from entrypoints.cli.main import guild
for line in {lines!r}:
    try:
        guild(line)
    except SystemExit as left:
        assert not left.code, (line, left.code)
print("LOADED", *sorted(set(sys.modules) & {watched!r}))
"""


def loaded(lines: list[list[str]], watched: set[str], folder: Path) -> set[str]:
    program = PROGRAM.format(lines=lines, watched=watched)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.rsplit("LOADED", 1)[1].split())


@pytest.fixture(name="hall", scope="module")
def _hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reading") / "hall"
    rows = folder.parent / "rows.jsonl"
    rows.write_text('{"question": "2 + 3?", "answer": "5"}\n')
    lines = [
        ["init", str(folder)],
        ["-C", str(folder), "campaign", "create", "first", "--hero", "tiny-qwen3"],
        ["-C", str(folder), "queue", "add", str(rows)],
    ]
    loaded(lines, set(), folder.parent)
    return folder


def rows_beside(hall: Path) -> str:
    return str(hall.parent / "rows.jsonl")


def job_in(hall: Path) -> str:
    return next((hall / "queue" / "normal").glob("*.jsonl")).stem


def test_every_reading_command_runs_without_a_slow_library(hall: Path) -> None:
    job = job_in(hall)
    words = {"job": job, "rows": rows_beside(hall)}
    lines = [[word.format(**words) for word in line] for line in READING]

    assert loaded(lines, SLOW, hall) == set()


def test_profiles_need_neither_a_hall_nor_a_slow_library(hall: Path) -> None:
    lines = [[word.format(rows=rows_beside(hall)) for word in line] for line in PROFILES]

    assert loaded(lines, SLOW, hall.parent) == set()


def test_help_needs_neither_checks_nor_wiring(tmp_path: Path) -> None:
    lines = [["--help"], ["train", "next", "--help"], ["campaign", "create", "--help"]]

    assert loaded(lines, NOT_FOR_HELP, tmp_path) == set()


def test_the_check_sees_a_library_that_is_loaded(tmp_path: Path) -> None:
    assert loaded([["--help"]], {"click"}, tmp_path) == {"click"}
