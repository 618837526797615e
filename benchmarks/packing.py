"""How full the packs are, beside those of TRL and LLaMA-Factory, each in its own environment.

Run:  make bench   (or: .venv/bin/python benchmarks/packing.py)
Bars: on each mix of lengths at least as full as theirs; at 1,024 tokens at least 98 %.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from domain.packing import best_fit, fill

ROOT = Path(__file__).resolve().parent.parent
PEERS = {name: ROOT / ".peers" / name / "bin" / "python" for name in ("trl", "llamafactory")}
ROWS, ROUNDS, SHORTEST = 50_000, 5, 16


@dataclass(frozen=True)
class Mix:
    """Log-normal lengths; those outside SHORTEST to capacity are drawn again."""

    name: str
    middle: int
    sigma: float
    capacity: int
    bar: float = 0.0

    def lengths(self) -> list[int]:
        """Draw them, the same in every run."""
        chance = random.Random(f"packing/{self.name}")  # noqa: S311 - lengths, not secrets
        drawn: list[int] = []
        while len(drawn) < ROWS:
            length = round(self.middle * chance.lognormvariate(0, self.sigma))
            if SHORTEST <= length <= self.capacity:
                drawn.append(length)
        return drawn


MIXES = (
    Mix("short", 208, 0.8, 2048),
    Mix("mid", 628, 0.7, 2048),
    Mix("long", 1375, 0.6, 2048),
    Mix("chat", 192, 0.75, 1024, bar=0.98),
)


def own_packs(lengths: Sequence[int], capacity: int) -> tuple[int, float]:
    """Give guild's number of packs, and the median of the CPU seconds."""
    taken, packs = [], 0
    for _ in range(ROUNDS):
        began = time.process_time()
        packs = len(best_fit(lengths, capacity))
        taken.append(time.process_time() - began)
    return packs, median(taken)


def peer_packs(name: str, lengths: Sequence[int], capacity: int) -> int:
    """Let a peer pack in its own environment."""
    script = Path(__file__).with_name("peer_packs.py")
    done = subprocess.run(
        [str(PEERS[name]), str(script), name, str(capacity)],
        check=True,
        input=json.dumps(lengths),
        stdout=subprocess.PIPE,
        text=True,
    )
    return int(done.stdout.splitlines()[-1])


def measured(mix: Mix) -> bool:
    """Print the line of a mix; tell whether its bars hold."""
    lengths = mix.lengths()
    packs, seconds = own_packs(lengths, mix.capacity)
    own = fill(lengths, packs, mix.capacity)
    theirs = {
        name: fill(lengths, peer_packs(name, lengths, mix.capacity), mix.capacity) for name in PEERS
    }
    others = "".join(f"{share:>14.2%}" for share in theirs.values())
    print(f"{mix.name:6}{mix.capacity:>9}{mean(lengths):>6.0f}{own:>9.2%}{others}{seconds:>9.3f}")
    return own >= max(mix.bar, *theirs.values())


def main() -> None:
    """Measure every mix, and judge."""
    missing = [name for name, python in PEERS.items() if not python.exists()]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)} (make peers)")
    peers = "".join(f"{name:>14}" for name in PEERS)
    print(f"{'mix':6}{'capacity':>9}{'mean':>6}{'guild':>9}{peers}{'CPU s':>9}")
    held = [measured(mix) for mix in MIXES]
    if not all(held):
        sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
