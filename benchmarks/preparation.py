"""How fast conversations become tokens and masks, beside TRL in its own environment.

Run:  make bench-preparation   (or: .venv/bin/python benchmarks/preparation.py)
Bars: tokens and masks beside apply_chat_template row by row: 1.8 times as fast by CPU time on one
      thread, 2.5 times by wall time on two, which says little where cores are busy; all from the
      file to the store beside SFTTrainer's own preparation: 1.8 times. The same tokens and masks
      for every row. Each round begins with a tokenizer that has seen none of them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from skewed_rows import rows

from adapters.huggingface.gguf_file import converted, user_cache
from entrypoints.factories import hero_of

ROOT = Path(__file__).resolve().parent.parent
HERO = ROOT / "configs" / "heroes" / "smollm2-135m.yaml"
TRL = ROOT / ".peers" / "trl" / "bin" / "python"
SAID = "message['content'] + '<|im_end|>'"
MARKED = (
    "{{'<|im_start|>' + message['role'] + '\n' }}{% if message['role'] == 'assistant' %}"
    f"{{% generation %}}{{{{ {SAID} }}}}{{% endgeneration %}}"
    f"{{% else %}}{{{{ {SAID} }}}}{{% endif %}}{{{{ '\n'}}}}"
)


@dataclass
class Side:
    """A process that works as asked, in its own environment, and what it took."""

    name: str
    process: "subprocess.Popen[str]"
    taken: list[dict[str, float]] = field(default_factory=list)

    def work(self, way: str) -> str:
        """Work once; give the digest of the tokens and masks."""
        if not self.process.stdin or not self.process.stdout:
            raise ValueError("there is nobody to talk to")
        print(way, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline() or sys.exit(f"{self.name} broke off")
        taken = json.loads(answer)
        digest = str(taken.pop("digest"))
        self.taken.append(taken)
        return digest

    def median(self, clock: str, rounds: int) -> float:
        """Give the median of what the last rounds took, by a clock."""
        return median(each[clock] for each in self.taken[-rounds:])


@dataclass(frozen=True)
class Race:
    """What is compared, on how many threads, by which clock, and the least ratio."""

    way: str
    name: str
    threads: int
    clock: str
    bar: float


RACES = (
    Race("encode", "tokens and masks", 1, "cpu", 1.8),
    Race("prepare", "file to store", 1, "cpu", 1.8),
    Race("encode", "tokens and masks", 2, "wall", 2.5),
    Race("prepare", "file to store", 2, "wall", 1.8),
)


@contextmanager
def sides(folder: Path, threads: int) -> Iterator[list[Side]]:
    """Start both sides; TRL goes row by row, so threads are no use to it."""
    scripts = {
        "guild": [sys.executable, str(Path(__file__).with_name("preparation_guild.py"))],
        "TRL": [str(TRL), str(Path(__file__).with_name("preparation_trl.py"))],
    }
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(user_cache().parent),
        "OMP_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": str(threads),
        "TOKENIZERS_PARALLELISM": "true" if threads > 1 else "false",
    }
    with ExitStack() as started:
        yield [
            Side(
                name,
                started.enter_context(
                    subprocess.Popen(
                        [*script, str(folder)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        env=environment,
                    )
                ),
            )
            for name, script in scripts.items()
        ]


def measured(race: Race, both: list[Side], rounds: int, count: int) -> bool:
    """Let both work in turn, print what they took; tell whether the bar holds.

    A first round, which is not counted, compares the tokens and masks too.
    """
    digests = {side.work(race.way) for _ in range(rounds + 1) for side in both}
    guild, trl = (side.median(race.clock, rounds) for side in both)
    print(
        f"{race.name:18}{race.threads:>8}{race.clock:>7}{guild:>9.2f}{trl:>9.2f}"
        f"{count / guild:>9.0f}{trl / guild:>8.2f}{race.bar:>6.1f}",
        flush=True,
    )
    if len(digests) > 1:
        sys.exit("the tokens or masks are not the same")
    return trl / guild >= race.bar


def write(folder: Path, count: int) -> None:
    """Write the rows, and for TRL the tokenizer with marks around what is generated."""
    with (folder / "rows.jsonl").open("w") as file:
        for row in rows(count, seed=0):
            print(json.dumps({"messages": row}), file=file)
    source = converted(hero_of(HERO).model, user_cache())
    (folder / "tokenizer").mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, folder / "tokenizer")
    template = (source / "chat_template.jinja").read_text()
    head, _, rest = template.partition("{{'<|im_start|>'")
    marked = f"{head}{MARKED}{rest.partition('}}')[2]}"
    (folder / "tokenizer" / "chat_template.jinja").write_text(marked)


def main() -> None:
    """Measure both, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, choices=[1, 2], help="leave the other races out")
    asked = parser.parse_args()
    if not TRL.exists():
        sys.exit("not installed: trl (make peers)")
    print(f"{'':18}{'threads':>8}{'clock':>7}{'guild s':>9}{'TRL s':>9}{'rows/s':>9}{'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="guild-preparation-") as folder:
        write(Path(folder), asked.rows)
        held = []
        for threads in (asked.threads,) if asked.threads else (1, 2):
            with sides(Path(folder), threads) as both:
                races = [race for race in RACES if race.threads == threads]
                held += [measured(race, both, asked.rounds, asked.rows) for race in races]
    if not all(held):
        sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
