"""From the end of one job to the first step of the next: in one process, and in two.

Run:  .venv/bin/python benchmarks/warm_worker.py [--rounds 3]
Warm is `guild train all`, cold is `guild train next` twice, the second as soon as the first has
left. CPU seconds are those of all threads, read where status/training_status.json changes; both
contain the first step itself. One thread, rounds interleaved, medians.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from domain.lessons import example, words

GUILD = str(Path(sys.executable).parent / "guild")
ROWS = 64
SETTINGS = (
    "hyperparams.max_steps=4",
    "data.validation_split=0",
    "environment.num_threads=1",
    "monitoring.status_update_interval=0",
)
BLINK = 0.005


@dataclass(frozen=True)
class Cost:
    """Seconds between the two jobs."""

    cpu: float
    wall: float


@dataclass
class Hall:
    """A hall in which two jobs wait."""

    root: Path

    def process(self, *line: str) -> psutil.Popen:
        """Start guild, and say nothing of what it says."""
        command = [GUILD, "-C", str(self.root), "--quiet", *line]
        return psutil.Popen(command, stdout=subprocess.DEVNULL)

    def told(self) -> dict[str, Any]:
        """Give what the running job says of itself."""
        try:
            text = (self.root / "status" / "training_status.json").read_text()
        except OSError:
            return {}
        told: dict[str, Any] = json.loads(text)
        return told


def a_hall(root: Path, hero: str) -> Hall:
    """Make a hall with two jobs of the same hero."""
    subprocess.run([GUILD, "init", str(root)], check=True, stdout=subprocess.DEVNULL)
    pairs = [part for setting in SETTINGS for part in ("--set", setting)]
    _guild(root, "campaign", "create", "warm", "--hero", hero, *pairs)
    for seed in (1, 2):
        file = root.parent / f"{root.name}-{seed}.jsonl"
        file.write_text("".join(_lines(seed)))
        _guild(root, "queue", "add", str(file))
    return Hall(root)


def _guild(root: Path, *line: str) -> None:
    subprocess.run([GUILD, "-C", str(root), *line], check=True, stdout=subprocess.DEVNULL)


def _lines(seed: int) -> Iterator[str]:
    for word in words(ROWS, seed=seed):
        turns = example("Reverse", word).messages
        said = [{"role": turn.role.value, "content": turn.content} for turn in turns]
        yield json.dumps({"messages": said}) + "\n"


def until(hall: Hall, process: psutil.Popen, **wanted: object) -> Cost:
    """Watch until the status says what is wanted; give CPU and clock of that moment."""
    while process.poll() is None:
        told = hall.told()
        if told.get("pid") == process.pid and all(told[key] == wanted[key] for key in wanted):
            return now(process)
        time.sleep(BLINK)
    raise SystemExit(f"the process left with {process.returncode} before {wanted}")


def now(process: psutil.Popen) -> Cost:
    """Give what a process has taken so far, and the clock."""
    times = process.cpu_times()
    return Cost(cpu=times.user + times.system, wall=time.monotonic())


def warm(hall: Hall) -> Cost:
    """Train both in one process."""
    process = hall.process("train", "all")
    end = until(hall, process, status="completed")
    step = until(hall, process, status="training", current_step=1)
    process.wait()
    return Cost(cpu=step.cpu - end.cpu, wall=step.wall - end.wall)


def cold(hall: Hall) -> Cost:
    """Train each in a process of its own; leaving the first one counts as well."""
    first = hall.process("train", "next")
    end = last = until(hall, first, status="completed")
    while first.poll() is None:
        try:
            last = now(first)
        except psutil.NoSuchProcess:
            break
        time.sleep(BLINK)
    first.wait()
    second = hall.process("train", "next")
    step = until(hall, second, status="training", current_step=1)
    second.wait()
    return Cost(cpu=last.cpu - end.cpu + step.cpu, wall=step.wall - end.wall)


def main() -> None:
    """Measure both in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hero", default="tiny-qwen3")
    asked = parser.parse_args()
    found: dict[str, list[Cost]] = {"cold": [], "warm": []}
    with tempfile.TemporaryDirectory(prefix="guild-warm-") as folder:
        for number in range(asked.rounds):
            for name, measure in (("cold", cold), ("warm", warm)):
                found[name].append(measure(a_hall(Path(folder, f"{name}-{number}"), asked.hero)))
    cpu = {name: statistics.median(cost.cpu for cost in costs) for name, costs in found.items()}
    wall = {name: statistics.median(cost.wall for cost in costs) for name, costs in found.items()}
    print(f"end of a job to first step of the next, {asked.hero}, {asked.rounds} rounds")
    for name in found:
        print(f"{name}   {cpu[name]:6.2f} s CPU   {wall[name]:6.2f} s")
    print(f"ratio  {cpu['cold'] / cpu['warm']:6.1f}         {wall['cold'] / wall['warm']:6.1f}")


if __name__ == "__main__":
    main()
