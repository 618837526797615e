"""A run that is killed at random moments beside the same run undisturbed, and what saving costs.

Run:  .venv/bin/python benchmarks/resume.py --data FILE [--rows 200 --hero smollm2-135m --kills 5]
Bars: every step's loss, learning rate and gradient norm and the weights are the same, bit for bit.
"""

import argparse
import hashlib
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

GUILD = str(Path(sys.executable).parent / "guild")
SETTINGS = (
    "hyperparams.max_steps=12",
    "hyperparams.max_length=384",
    "hyperparams.gradient_accumulation_steps=2",
    "hyperparams.save_steps=3",
    "hyperparams.warmup_steps=3",
    "data.over_long=drop",
    "data.validation_max_samples=4",
    "environment.num_threads=1",
    "monitoring.status_update_interval=0",
)
COMPARED = ("loss", "learning_rate", "grad_norm")
BLINK = 0.01


@dataclass
class Watched:
    """What one process did, as training_status.json told it: each phase with its beginning."""

    phases: list[tuple[str, float]] = field(default_factory=list)
    step: int = 0
    seconds: float = 0.0

    def look(self, told: dict[str, Any]) -> None:
        """Note a new phase and the step."""
        phase, at = told["phase"] or "ended", datetime.fromisoformat(told["timestamp"]).timestamp()
        if not self.phases or self.phases[-1][0] != phase:
            self.phases.append((phase, at))
        self.step = told["current_step"] or self.step

    def lengths(self, phase: str) -> list[float]:
        """Give the seconds of each time that the phase was over."""
        ends = zip(self.phases, self.phases[1:], strict=False)
        return [end - begin for (name, begin), (_, end) in ends if name == phase]


@dataclass
class Hall:
    """A hall with one job."""

    root: Path

    def guild(self, *line: str) -> Any:
        """Run a command; a refusal ends the benchmark."""
        command = [GUILD, "-C", str(self.root), "--json", *line]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    def train(self, lives: float, *, patient: bool = False) -> Watched:
        """Train, and kill so many seconds after the first step or the first save began."""
        watched, began, armed = Watched(), time.monotonic(), 0.0
        command = [GUILD, "-C", str(self.root), "--quiet", "train", "next"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                time.sleep(BLINK)
                told = self._status()
                if told.get("pid") != process.pid:
                    continue
                watched.look(told)
                ready = told["checkpoint"] if patient else watched.phases[-1][0] == "training"
                armed = armed or (time.monotonic() if ready else 0.0)
                if armed and time.monotonic() - armed > lives:
                    process.kill()
        watched.seconds = time.monotonic() - began
        return watched

    def steps(self) -> dict[tuple[int, str], float]:
        """Give every number of every step."""
        with sqlite3.connect(self.root / ".guild" / "metrics.db") as numbers:
            rows = numbers.execute("SELECT step, name, value FROM metrics").fetchall()
        return {(step, name): value for step, name, value in rows if name in COMPARED}

    def head(self) -> Path:
        """Give the folder of the last checkpoint."""
        found = self.guild("campaign", "show")["campaign"]
        return Path(self.root, "campaigns", found["id"], found["head"]["name"])

    def job(self) -> Any:
        """Give the only job."""
        return self.guild("job", "list")["jobs"][0]

    def _status(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(
                (self.root / "status" / "training_status.json").read_text()
            )
        except (OSError, ValueError):
            return {}
        return told


def a_hall(root: Path, asked: argparse.Namespace, data: Path) -> Hall:
    """Make a hall in which the job waits."""
    subprocess.run([GUILD, "init", str(root)], check=True, stdout=subprocess.DEVNULL)
    hall = Hall(root)
    pairs = [part for setting in (*SETTINGS, *asked.settings) for part in ("--set", setting)]
    hall.guild("campaign", "create", "resume", "--hero", asked.hero, *pairs)
    hall.guild("queue", "add", str(data))
    return hall


def disturbed(hall: Hall, kills: int, longest: float) -> tuple[list[str], float]:
    """Kill at random moments, then let it end; say where, and how long it took in all."""
    chance = random.Random("resume")  # noqa: S311 - moments, not secrets
    places, seconds = list[str](), 0.0
    for _ in range(kills):
        # Lost three times without a new checkpoint, it would be given up; the last loss is not
        # counted before the next start.
        patient = hall.job()["failures"] > 0
        watched = hall.train(chance.uniform(0, longest), patient=patient)
        places.append(f"{watched.phases[-1][0]} after step {watched.step}")
        seconds += watched.seconds
    return places, seconds + hall.train(float("inf")).seconds


def digest(weights: Path) -> str:
    """Give the SHA-256 of a file."""
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Run both and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--hero", default="smollm2-135m")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], dest="settings")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guild-resume-") as name:
        folder = Path(name)
        data = folder / asked.data.name
        with asked.data.open("rb") as source:
            data.write_bytes(b"".join(islice(source, asked.rows)))
        whole, broken = (a_hall(folder / each, asked, data) for each in ("whole", "broken"))
        watched = whole.train(float("inf"))
        looping = whole.job()["ending"]["seconds"]
        places, seconds = disturbed(broken, asked.kills, looping / 3)
        one, other = whole.steps(), broken.steps()
        same = [one[key] == other.get(key) for key in one]
        digests = [digest(hall.head() / "model.safetensors") for hall in (whole, broken)]
        size = sum(path.stat().st_size for path in whole.head().iterdir())
    saves = watched.lengths("saving")
    print(f"steps         {watched.step}, {len(saves)} saves")
    print(f"killed        {len(places)} times: {', '.join(places)}")
    print(f"numbers equal {sum(same)} of {len(same)} ({', '.join(COMPARED)} of each step)")
    print(f"weights       {'the same' if digests[0] == digests[1] else 'DIFFER'} {digests[0][:16]}")
    print(f"seconds       {watched.seconds:.0f} whole, {seconds:.0f} with all starts again")
    print(f"a checkpoint  {size / 1e9:.2f} GB, {sum(saves) / len(saves):.1f} s to save")
    print(f"stall         {sum(saves) / looping:.1%} of {looping:.0f} s of training")
    return 0 if all(same) and len(one) == len(other) and digests[0] == digests[1] else 1


if __name__ == "__main__":
    sys.exit(main())
