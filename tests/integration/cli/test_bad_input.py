"""What is refused before training: what, why, fix, an exit status, and queue and log as before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.errors import ExitStatus
from entrypoints.cli.main import guild
from tests.guild_cli import Hall, new_hall


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    hall = new_hall(tmp_path / "hall")
    hall.campaign()
    return hall


def contents(hall: Hall) -> list[tuple[str, int]]:
    """Give every file of the hall that says something: not SQLite's own bookkeeping."""
    kept = (path for path in hall.root.rglob("*") if path.is_file() and ".guild" not in path.parts)
    return sorted((str(path), path.stat().st_size) for path in kept)


BAD_FILES = {
    "empty": (b"", "E_DATA", "empty"),
    "binary": (b"\x89PNG\r\n\0\0", "E_DATA", "NUL"),
    "not-json": (b'{"question": "a", "answer": "b"}\n{"question": \n', "E_DATA_LINE", "line 2"),
    "no-assistant": (
        b'{"messages": [{"role": "user", "content": "hi"}]}\n',
        "E_DATA_LINE",
        "no assistant turn",
    ),
    "no-columns": (b'{"x": 1}\n', "E_DATA_LINE", "found x"),
    "blank": (b"\n \n", "E_DATA_LINE", "no rows"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused(hall: Hall, name: str) -> None:
    content, code, says = BAD_FILES[name]
    file = hall.root.parent / f"{name}.jsonl"
    file.write_bytes(content)
    before = contents(hall), hall.json("job", "list")

    refused = hall.run("queue", "add", str(file))
    assert refused.exit_code == ExitStatus.REFUSED
    assert refused.stdout == ""
    assert f"[{code}]" in refused.stderr
    assert says in refused.stderr
    assert file.name in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (contents(hall), hall.json("job", "list")) == before


def test_a_missing_file_is_refused(hall: Hall) -> None:
    refused = hall.run("queue", "add", "no-such-file.jsonl")

    assert refused.exit_code == ExitStatus.NOT_FOUND
    assert "no-such-file.jsonl" in refused.stderr


def test_the_good_files_of_a_line_are_queued_and_the_bad_ones_named(hall: Hall) -> None:
    good, bad = hall.lesson(), hall.root.parent / "bad.jsonl"
    bad.write_text("nonsense\n")

    ran = hall.run("queue", "add", str(good), str(bad))
    assert ran.exit_code == ExitStatus.REFUSED
    assert good.name in ran.stdout
    assert "bad.jsonl" in ran.stderr


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        (["hero", "show", "nobody"], 4, "known heroes: dio-qwen3-0.6b"),
        (["campaign", "create", "x", "--hero", "nobody"], 4, "there is no hero 'nobody'"),
        (["campaign", "show", "nothing"], 4, "there is no campaign 'nothing'"),
        (["campaign", "create", "first", "--hero", "tiny-qwen3"], 5, "exists already"),
        (["queue", "add", "x.jsonl", "--campaign", "nothing"], 4, "there is no campaign"),
        (["job", "show", "zzzzzz"], 4, "there is no job 'zzzzzz'"),
        (["queue", "add", "x.jsonl", "--priority", "urgent"], 2, "urgent"),
        (["train", "next", "--max-steps", "-1"], 3, "max_steps cannot be"),
        (["train", "nxt"], 2, "nxt"),
        (["status", "--nonsense"], 2, "--nonsense"),
    ],
)
def test_a_wrong_line_is_refused(hall: Hall, line: list[str], status: int, says: str) -> None:
    before = contents(hall)

    refused = hall.run(*line)
    assert refused.exit_code == status, refused.output
    assert says in refused.stderr
    assert refused.stdout == ""
    assert contents(hall) == before


@pytest.mark.parametrize(
    ("setting", "code", "says"),
    [
        ("hyperparams.learning_rat=1e-3", "E_UNKNOWN_KEY", "hyperparams.learning_rate"),
        ("hyperparams.batch_size=4", "E_UNKNOWN_KEY", "per_device_train_batch_size"),
        ("hyperparams.learning_rate=fast", "E_BAD_SETTING", "learning_rate"),
        ("hyperparams.learning_rate=nan", "E_BAD_SETTING", "learning_rate"),
        ("hyperparams.save_steps=0", "E_BAD_SETTING", "save_steps"),
        ("data.over_long=shorten", "E_BAD_SETTING", "refuse"),
        ("hyperparams.max_length=4096", "E_BAD_SETTING", "2048"),
    ],
)
def test_a_wrong_setting_is_refused(hall: Hall, setting: str, code: str, says: str) -> None:
    refused = hall.run("campaign", "create", "x", "--hero", "tiny-qwen3", "--set", setting)

    assert refused.exit_code == ExitStatus.REFUSED
    assert f"[{code}]" in refused.stderr
    assert says in refused.stderr
    assert len(hall.json("campaign", "list")["campaigns"]) == 1


def test_without_a_hall_the_way_to_make_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GUILD_HOME", raising=False)

    refused = CliRunner().invoke(guild, ["status"])
    assert refused.exit_code == ExitStatus.NOT_FOUND
    assert "guild init" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_hall_that_others_can_write_to_is_refused(hall: Hall) -> None:
    hall.root.chmod(0o777)

    refused = hall.run("status")
    assert refused.exit_code == ExitStatus.REFUSED
    assert "[E_HALL_UNSAFE]" in refused.stderr
    assert "chmod" in refused.stderr


def test_a_hall_is_not_made_twice(hall: Hall) -> None:
    (hall.root / "guild.yaml").write_text("hyperparams:\n  seed: 5\n")

    again = CliRunner().invoke(guild, ["init", str(hall.root)])
    assert again.exit_code == ExitStatus.HELD
    assert (hall.root / "guild.yaml").read_text() == "hyperparams:\n  seed: 5\n"


def test_a_wrong_key_in_the_project_file_names_its_line(hall: Hall) -> None:
    (hall.root / "guild.yaml").write_text("hyperparams:\n  sed: 5\n")

    refused = hall.run("campaign", "create", "x", "--hero", "tiny-qwen3")
    assert refused.exit_code == ExitStatus.REFUSED
    assert "guild.yaml:2" in refused.stderr
    assert "hyperparams.seed" in refused.stderr


def test_without_torch_training_says_what_to_install(hall: Hall) -> None:
    hall.ok("queue", "add", str(hall.lesson()))
    before = hall.events()
    blocked = hall.root.parent / "blocked"
    blocked.mkdir()
    for name in ("torch", "transformers"):
        (blocked / f"{name}.py").write_text(f"raise ImportError('no {name} here')\n")
    program = "import sys; from entrypoints.cli.main import main; sys.argv[0] = 'guild'; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "-C", str(hall.root), "train", "next"],
        env={**os.environ, "PYTHONPATH": str(blocked)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == ExitStatus.CANNOT_HERE, ran.stderr
    assert "[E_EXTRA_MISSING]" in ran.stderr
    assert "pip install 'guild-trainer[train]'" in ran.stderr
    assert hall.events() == before
