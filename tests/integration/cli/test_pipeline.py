"""Ten rows and three steps: from a file to an answer, packed and with a profile."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from application.ports.trainer import Control
from domain.lessons import words
from entrypoints.cli.app import App
from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow

SETTINGS = (
    "profile.name=emoji_think",
    "packing.enabled=true",
    "hyperparams.max_length=640",
    "hyperparams.per_device_train_batch_size=1",
    "hyperparams.gradient_accumulation_steps=2",
    "hyperparams.num_train_epochs=9",
    "hyperparams.warmup_steps=0",
    "hyperparams.learning_rate=3e-3",
    "data.validation_split=0",
    "monitoring.preview_max_tokens=12",
)
ROWS = 10


def a_hall(folder: Path, *settings: str) -> Hall:
    """Make a hall with a campaign and ten rows that wait."""
    folder.mkdir(exist_ok=True)
    hall = new_hall(folder / "hall")
    hall.campaign(*SETTINGS, *settings)
    lesson = folder / "lesson.jsonl"
    rows = ({"question": f"Reverse {word}", "answer": word[::-1]} for word in words(ROWS, 0))
    lesson.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    hall.ok("queue", "add", str(lesson))
    return hall


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    return a_hall(tmp_path)


def losses(hall: Hall, job: str) -> list[float]:
    series = App(home=str(hall.root)).reading.metrics().series(job, "loss")
    return [value for _, value in series]


def stopped_after(questions: int) -> Callable[[], Control]:
    left = iter([Control.GO_ON] * questions)
    return lambda: next(left, Control.STOP)


def packings(job: Any) -> list[Any]:
    return list(job["metadata"]["packings"])


def test_ten_rows_and_three_steps_go_the_whole_way(hall: Hall) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    job = hall.json("train", "next", "--max-steps", "3")["job"]
    (receipt,), (packing,) = job["metadata"]["receipts"], packings(job)

    assert (job["status"], job["final_step"]) == ("completed", 3)
    assert (receipt["rows"], receipt["bad_rows"], receipt["over_long"]) == (ROWS, 0, 0)
    assert receipt["end_of_turn_trained"]
    assert receipt["prompt_matches"]
    assert receipt["profile"] == "emoji_think 1"
    assert receipt["trained_min"] > 0
    assert all("⟦" in sample and "<|im_end|>" in sample for sample in receipt["samples"])

    assert packing["packed"]
    assert 1 < packing["batches"] < ROWS
    assert packing["proof"]["layer"] == ""
    assert packing["proof"]["difference"] < packing["proof"]["tolerance"]

    seen = losses(hall, job["id"])
    assert len(seen) == 3
    assert seen[-1] < seen[0]
    events = hall.events()
    assert events.index("JobPackingRecorded") < events.index("JobCheckpointed")

    model = AutoModelForCausalLM.from_pretrained(hall.head(), dtype="auto")
    assert model.config.vocab_size == len(AutoTokenizer.from_pretrained(hall.head()))
    (preview,) = hall.json("preview", "run", "--prompt", "Reverse PLANET")["previews"]
    assert preview["answer"]


def test_a_packed_job_that_was_stopped_ends_as_one_that_never_was(
    hall: Hall, tmp_path: Path
) -> None:
    unbroken = a_hall(tmp_path / "unbroken")
    unbroken.ok("train", "next", "--max-steps", "5")

    first = App(home=str(hall.root), quiet=True).writing.run_next_job()
    first.execute(["hyperparams.max_steps=5"], control=stopped_after(10))
    waiting = hall.json("job", "list")["jobs"][0]
    assert waiting["status"] == "queued"
    assert 0 < waiting["metadata"]["checkpoints"][-1]["step"] < 5
    job = hall.json("train", "next")["job"]

    assert job["final_step"] == 5
    assert hall.weights() == unbroken.weights()
    assert len(losses(hall, job["id"])) == 5
    (other,) = unbroken.json("job", "list")["jobs"]
    assert losses(hall, job["id"]) == losses(unbroken, other["id"])
    assert len({packing["plan"] for packing in packings(job)}) == 1
    assert len(packings(job)) == 2


def test_packed_rows_are_prepared_once_for_two_jobs_of_equal_bytes(hall: Hall) -> None:
    hall.ok("train", "next", "--max-steps", "1")
    (entry,) = (hall.root / ".guild" / "cache" / "prepared").iterdir()
    made = entry.stat().st_mtime_ns
    hall.ok("queue", "add", "--again", str(hall.root.parent / "lesson.jsonl"))
    hall.ok("train", "next", "--max-steps", "1")

    assert list(entry.parent.iterdir()) == [entry]
    assert entry.stat().st_mtime_ns == made
    assert len(list((entry.parent.parent / "plans").iterdir())) == 1


def test_deleted_preparations_are_made_again_and_the_job_ends_the_same(
    hall: Hall, tmp_path: Path
) -> None:
    unbroken = a_hall(tmp_path / "unbroken")
    unbroken.ok("train", "next", "--max-steps", "5")

    first = App(home=str(hall.root), quiet=True).writing.run_next_job()
    first.execute(["hyperparams.max_steps=5"], control=stopped_after(10))
    assert hall.json("job", "list")["jobs"][0]["metadata"]["checkpoints"]
    shutil.rmtree(hall.root / ".guild" / "cache")
    hall.ok("train", "next")

    assert hall.json("job", "list")["jobs"][0]["attempts"] == 2
    assert hall.weights() == unbroken.weights()
