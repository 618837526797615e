"""The commands of docs/checkpoints.md do what the page says."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.retention import Hold
from entrypoints.cli.main import guild
from tests.guild_cli import new_hall

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[3] / "docs" / "checkpoints.md"


def test_every_command_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = new_hall(tmp_path / "hall")
    for seed, name in enumerate(("one", "two")):
        hall.lesson(rows=128, seed=seed).rename(tmp_path / f"{name}.jsonl")
    monkeypatch.chdir(hall.root)
    commands = re.findall(r"^\$ guild (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    for command in commands:
        ran = CliRunner().invoke(guild, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.output)

    assert len(commands) > 12
    left = [each["checkpoint"]["step"] for each in hall.json("checkpoint", "list")["checkpoints"]]
    assert left == [2, 3, 6]


def test_the_page_knows_every_reason_to_keep_a_checkpoint() -> None:
    told = set(re.findall(r"^\| ([a-z ]+) \|", PAGE.read_text(), flags=re.MULTILINE))
    assert told - {"kept as"} == set(Hold)
