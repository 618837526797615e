"""A hall whose trainings are killed at chosen moments, and what is left behind each time."""

import hashlib
import json
import sqlite3
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.huggingface.chat_format import CHATML
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network, build_tokenizer
from tests.guild_cli import Hall, new_hall

HERO = """\
id: dropping
name: Dropping
description: Forgets at random, so that a resumed run must draw the same numbers.
model:
  source: folder
  name: {folder}
  family: qwen3
  architecture: Qwen3ForCausalLM
  vocab_size: 495
  context_length: 256
  parameters: 155008
chat:
  template: chatml
"""
SETTINGS = (
    "hyperparams.learning_rate=6e-3",
    "hyperparams.per_device_train_batch_size=2",
    "hyperparams.gradient_accumulation_steps=2",
    "hyperparams.num_train_epochs=3",
    "hyperparams.warmup_steps=3",
    "hyperparams.max_length=32",
    "hyperparams.save_steps=2",
    "hyperparams.eval_steps=3",
    "data.over_long=drop",
    "environment.num_threads=1",
    "monitoring.status_update_interval=0",
)
_NUMBERS = ("loss", "learning_rate", "grad_norm", "val_loss")
_PATIENCE = 240.0


@dataclass(frozen=True)
class Moment:
    """When to kill: in which phase from which step on, and so many seconds into it."""

    phase: str
    step: int
    later: float


def a_hall(folder: Path, *, packed: bool, asynchronous: bool = False) -> Hall:
    """Make a hall in which 40 rows wait, and rows that take a moment to be measured."""
    hall = new_hall(folder / "hall")
    _build(folder / "dropping")
    (hall.root / "heroes" / "dropping.yaml").write_text(HERO.format(folder=folder / "dropping"))
    measured = hall.lesson(rows=120, seed=9)
    wishes = (
        f"checkpoint.asynchronous={str(asynchronous).lower()}",
        f"data.validation_dataset_path={measured}",
        f"packing.enabled={str(packed).lower()}",
    )
    pairs = [part for setting in (*SETTINGS, *wishes) for part in ("--set", setting)]
    hall.ok("campaign", "create", "first", "--hero", "dropping", *pairs)
    hall.ok("queue", "add", str(hall.lesson(rows=40)))
    return hall


def _build(where: Path) -> None:
    tokenizer = build_tokenizer()
    tokenizer.chat_template = CHATML
    with silence():
        network = build_network(5, len(tokenizer), 256)
        network.config.attention_dropout = 0.1
        network.save_pretrained(where)
        tokenizer.save_pretrained(where)
    assert json.loads((where / "config.json").read_text())["attention_dropout"] == 0.1


def killed_at(hall: Hall, moment: Moment) -> str:
    """Train in a process of its own and kill it at the moment; give the phase that it was in."""
    process = hall.start("--quiet", "train", "next")
    try:
        _until(process, lambda: _is_at(hall, process.pid, moment))
        time.sleep(moment.later)
        assert process.poll() is None, process.communicate()
    finally:
        process.kill()
        process.communicate()
    return str(_status(hall)["phase"])


def numbers(hall: Hall) -> dict[tuple[int, str], float]:
    """Give every number of every step, as exact as it was measured."""
    with sqlite3.connect(hall.root / ".guild" / "metrics.db") as database:
        rows = database.execute("SELECT step, name, value FROM metrics").fetchall()
    return {(step, name): value for step, name, value in rows if name in _NUMBERS}


def drafts(hall: Hall) -> list[Path]:
    """Give what a killed save left behind."""
    return list(hall.root.rglob(".staging-*"))


def half_checkpoints(hall: Hall) -> list[str]:
    """Give what calls itself a checkpoint, on disk or in the log, and is not whole."""
    folders = list(hall.root.glob("campaigns/*/*/checkpoints/*/checkpoint-*"))
    (job,) = hall.json("job", "list")["jobs"]
    told = {each["name"] for each in job["metadata"]["checkpoints"]}
    there = {folder.relative_to(folder.parents[2]).as_posix() for folder in folders}
    return [*sorted(told - there), *(str(folder) for folder in folders if not _is_whole(folder))]


def _is_whole(folder: Path) -> bool:
    try:
        listed = json.loads((folder / "manifest.json").read_text())["files"]
    except (OSError, ValueError):
        return False
    return all(
        hashlib.sha256((folder / each["path"]).read_bytes()).hexdigest() == each["sha256"]
        for each in listed
    )


def _is_at(hall: Hall, pid: int, moment: Moment) -> bool:
    """Tell whether it is time; a draft is there as well while it is written beside the training."""
    told = _status(hall)
    if told.get("pid") != pid or (told["current_step"] or 0) < moment.step:
        return False
    if moment.phase == "saving":
        return any(path.name.endswith(f"-{pid}") for path in drafts(hall))
    return bool(told["phase"] == moment.phase)


def _status(hall: Hall) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(
            (hall.root / "status" / "training_status.json").read_text()
        )
    except (OSError, ValueError):
        return {}
    return told


def _until(process: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)
