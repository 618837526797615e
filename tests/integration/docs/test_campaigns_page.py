"""The commands of docs/campaigns.md do what the page says."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from entrypoints.cli.main import guild
from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[3] / "docs" / "campaigns.md"


def test_every_command_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = new_hall(tmp_path / "hall")
    for seed, name in enumerate(("one", "two", "three")):
        hall.lesson(rows=64, seed=seed).rename(tmp_path / f"{name}.jsonl")
    monkeypatch.chdir(hall.root)
    commands = re.findall(r"^\$ guild (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    for command in commands:
        ran = CliRunner().invoke(guild, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.output)

    assert len(commands) > 15
    assert Hall(hall.root).json("campaign", "show", "logic")["campaign"]["current_step"] == 16
    assert len(hall.json("campaign", "lineage", "logic")["checkpoints"]) == 4
