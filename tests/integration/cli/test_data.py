"""guild data with a shipped hero's tokenizer, outside any hall."""

import gzip
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from entrypoints.cli.main import guild
from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow
HERO = ("--hero", "tiny-qwen3")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def guild_data(*line: str) -> Result:
    return CliRunner().invoke(guild, ["--json", "data", *line])


def test_a_packed_file_is_checked_without_a_hall(folder: Path) -> None:
    lesson = Hall(folder / "hall").lesson(rows=40)
    (folder / "lesson.jsonl.gz").write_bytes(gzip.compress(lesson.read_bytes()))
    ran = guild_data("check", "lesson.jsonl.gz", f"{lesson.name}[0:5]", *HERO)
    assert ran.exit_code == 0, ran.output
    whole, part = json.loads(ran.stdout)["checks"]
    assert (whole["rows"], part["rows"]) == (40, 5)
    assert whole["receipt"]["end_of_turn_trained"]
    assert whole["receipt"]["prompt_matches"]
    assert all("<|im_end|>⟧" in sample for sample in whole["receipt"]["samples"])


def test_what_a_job_says_afterwards_was_known_before(folder: Path) -> None:
    hall = new_hall(folder / "hall")
    hall.campaign("packing.enabled=true")
    lesson = hall.lesson(rows=40)
    [checked] = hall.json("data", "check", str(lesson))["checks"]
    hall.ok("queue", "add", str(lesson))
    job = hall.json("train", "next", "--max-steps", "1")["job"]
    [receipt], [packing] = job["metadata"]["receipts"], job["metadata"]["packings"]
    assert {**checked["receipt"], "held_out_digest": receipt["held_out_digest"]} == receipt
    assert checked["packing"]["packed"] == packing["packed"] is True
    shown = hall.ok("job", "show", job["ref"]).stdout
    assert re.search(r"packing proof\tholds: rows \d+ and \d+ differ by", shown)
    [again] = hall.json("data", "check", str(lesson))["checks"]
    assert again["receipt"] == checked["receipt"]


def test_a_row_is_previewed_as_the_model_sees_it(folder: Path) -> None:
    lesson = Hall(folder / "hall").lesson(rows=5)
    document = json.loads(guild_data("preview", lesson.name, "--row", "2", *HERO).stdout)
    [part] = document["parts"]
    trained = [piece["text"] for piece in part["pieces"] if piece["trained"]]
    assert len(trained) == 1
    assert trained[0].endswith("<|im_end|>")
