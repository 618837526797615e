"""A real training in a process that may not take the memory that was asked for."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ROWS = 256
# Of 256 rows of 200 tokens the passes take 1.1 GiB, of 128 half of that, of 64 a quarter.
ROOM = 500 << 20
IMPORTED = """
import adapters.huggingface.model_loader, adapters.huggingface.trainer
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmData")))
"""


def taken_by_libraries() -> int:
    """Give the bytes that a process takes before it trains anything."""
    line = [sys.executable, "-c", IMPORTED]
    ran = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(ran.stdout) * 1024


def long_rows(folder: Path) -> Path:
    path = folder / "long.jsonl"
    answer = " ".join(["abc"] * 60)
    rows = (json.dumps({"question": f"say {number}", "answer": answer}) for number in range(ROWS))
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_batch_that_does_not_fit_goes_through_in_smaller_passes(tmp_path: Path) -> None:
    hall = new_hall(tmp_path / "hall")
    hall.campaign(
        f"hyperparams.per_device_train_batch_size={ROWS}",
        "hyperparams.gradient_accumulation_steps=1",
        "packing.enabled=false",
        "data.validation_split=0",
        "environment.num_threads=1",
    )
    hall.ok("queue", "add", str(long_rows(tmp_path)))
    ran = under_limit(hall, taken_by_libraries() + ROOM)
    assert ran.returncode == 0, ran.stderr

    (job,) = hall.json("job", "list")["jobs"]
    assert job["status"] == "completed"
    equipment = job["metadata"]["equipment"]
    assert equipment["micro_batch"] < ROWS
    assert equipment["micro_batch"] * equipment["accumulation"] == ROWS
    events = hall.events()
    assert events.count("JobSteppedDown") == events.count("JobStarted") - 1 > 0
    assert job["ending"]["rows"] == ROWS
    assert f"batch {equipment['micro_batch']} x {equipment['accumulation']} passes" in ran.stderr


def under_limit(hall: Hall, most: int) -> "subprocess.CompletedProcess[str]":
    """Train in a process whose data may take so many bytes; files that it maps do not count."""
    process = hall.start("train", "next")
    resource.prlimit(process.pid, resource.RLIMIT_DATA, (most, most))
    output, errors = process.communicate(timeout=500)
    return subprocess.CompletedProcess([], process.returncode, output, errors)
