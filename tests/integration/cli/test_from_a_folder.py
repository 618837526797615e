"""A campaign that begins from a model in a folder, with the real model."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from entrypoints.cli.main import guild
from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow

SMALL = ("--set", "hyperparams.per_device_train_batch_size=8")


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    return new_hall(tmp_path / "hall")


@dataclass(frozen=True)
class Exported:
    """A model that `guild train file` left, and its loss on the rows that were held out."""

    folder: Path
    loss: float


@pytest.fixture(name="exported")
def _exported(tmp_path: Path) -> Exported:
    lesson, folder = Hall(tmp_path / "nowhere").lesson(rows=128), tmp_path / "exported"
    line = ["train", "file", str(lesson), "--hero", "tiny-qwen3", "--output", str(folder)]
    ran = CliRunner().invoke(guild, ["--json", "--quiet", *line, *SMALL, "--max-steps", "6"])
    assert ran.exit_code == 0, ran.output
    return Exported(folder, json.loads(ran.stdout)["job"]["ending"]["final_val_loss"])


@pytest.fixture(name="model")
def _model(exported: Exported) -> Path:
    """Give the exported folder, with a pickle that somebody put there."""
    (exported.folder / "training_args.bin").write_bytes(b"program")
    return exported.folder


def begin(hall: Hall, model: Path, *more: str) -> Any:
    line = ("campaign", "create", "second", "--hero", "tiny-qwen3", "--from", str(model))
    return hall.json(*line, *SMALL, *more)["campaign"]


def teach(hall: Hall, lesson: Path) -> Any:
    hall.ok("queue", "add", str(lesson))
    hall.ok("train", "next")
    newest = hall.json("job", "list")["jobs"][0]["id"]
    return hall.json("job", "show", newest)["job"]["ending"]


def test_training_goes_on_where_the_exported_model_stood(hall: Hall, exported: Exported) -> None:
    lesson, model = hall.lesson(rows=128), exported.folder
    campaign = begin(hall, model)
    shutil.rmtree(model)
    trained = teach(hall, lesson)

    assert trained["initial_val_loss"] == pytest.approx(exported.loss, rel=1e-6)
    assert (campaign["current_step"], campaign["folder"]) == (0, str(model))
    hall.campaign(name="fresh")
    assert teach(hall, lesson)["initial_val_loss"] > exported.loss + 0.1

    start = campaign["start"]
    tree = hall.ok("campaign", "lineage", "second").stdout
    assert f"copy of {model}  step 0  " in tree.splitlines()[1]
    assert start["digest"][:12] in tree
    nodes = hall.json("campaign", "lineage", "second")["checkpoints"]
    assert {node["digest"]: node["parent"] for node in nodes}[start["digest"]] == "unknown"
    back = hall.json("campaign", "rollback", "second", "checkpoint-0")["campaign"]
    assert back["head"] == start
    assert "@head" in hall.ok("campaign", "lineage", "second").stdout.splitlines()[1]
    forked = hall.json("campaign", "fork", "second", "bold", "--at", start["digest"][:12])
    assert forked["campaign"]["start"] == start


def test_a_dry_run_and_a_refusal_leave_the_hall_as_it_was(hall: Hall, model: Path) -> None:
    before = sorted((hall.root / "campaigns").rglob("*"))
    shown = begin(hall, model, "--dry-run")
    assert (shown["start"], shown["folder"]) == (None, str(model))

    refused = hall.run("campaign", "create", "x", "--hero", "dio-qwen3-0.6b", "--from", str(model))
    assert refused.exit_code == 3
    assert "vocabulary: locked 151936, found 495" in refused.stderr
    assert "locked by hero dio-qwen3-0.6b" in refused.stderr
    assert str(model) in refused.stderr
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    pickled = hall.run("campaign", "create", "x", "--hero", "tiny-qwen3", "--from", str(model))
    assert pickled.exit_code == 6
    assert "save the model as safetensors" in pickled.stderr

    assert sorted((hall.root / "campaigns").rglob("*")) == before
    assert hall.json("campaign", "list")["campaigns"] == []


def test_only_the_model_is_taken_in(hall: Hall, model: Path) -> None:
    begin(hall, model)
    kept = {path.name for path in hall.head().iterdir()}
    assert kept == {path.name for path in model.iterdir()} - {"training_args.bin"} | {
        "manifest.json"
    }
