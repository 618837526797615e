"""The first thing that a person types."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from entrypoints.cli.main import guild

pytestmark = pytest.mark.slow

SMALL = ["--quiet", "quickstart", "--rows", "480"]


def quickstart(folder: Path, *more: str) -> Any:
    ran = CliRunner().invoke(guild, ["--json", *SMALL, "--dir", str(folder), *more])
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return json.loads(ran.stdout)


def weights(answer: Any) -> bytes:
    checkpoint = answer["result"]["checkpoint"]
    folder = Path(answer["hall"]) / "campaigns" / checkpoint["campaign_id"] / checkpoint["name"]
    return (folder / "model.safetensors").read_bytes()


def test_the_same_seed_gives_the_same_losses_and_weights(tmp_path: Path) -> None:
    one, two = quickstart(tmp_path / "one"), quickstart(tmp_path / "two")

    assert one["result"]["final_loss"] == two["result"]["final_loss"]
    assert one["result"]["final_val_loss"] == two["result"]["final_val_loss"]
    assert weights(one) == weights(two)


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    one, two = quickstart(tmp_path / "one"), quickstart(tmp_path / "two", "--seed", "1")

    assert weights(one) != weights(two)


def test_a_person_is_shown_what_was_learned_and_where_it_lies(tmp_path: Path) -> None:
    ran = CliRunner().invoke(guild, [*SMALL, "--dir", str(tmp_path / "hall")])

    assert ran.exit_code == 0, ran.output
    for told in ("1/6 hall", "4/6 before", "6/6 after", "loss over the steps", "golden  TENALP",
                 "checkpoint    ", "next:  cd hall"):  # fmt: skip
        assert told in ran.stdout


def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hall").mkdir()
    (tmp_path / "hall" / "mine.txt").write_text("mine")

    assert quickstart(tmp_path / "hall")["hall"] == str(tmp_path / "hall-2")
    assert [path.name for path in (tmp_path / "hall").iterdir()] == ["mine.txt"]


def test_at_least_95_of_100_held_out_words_are_right_at_the_end(tmp_path: Path) -> None:
    ran = CliRunner().invoke(guild, ["--json", "-q", "quickstart", "--dir", str(tmp_path / "hall")])

    answer = json.loads(ran.stdout)
    assert answer["before"] == 0
    assert answer["after"] >= 0.95 * answer["asked"]
    assert answer["asked"] == 110
