"""A file of 1,000,000 chat rows: read, checked, prepared, packed, and what that takes.

Run:  make bench-million   (or: .venv/bin/python benchmarks/million_rows.py --rows 50000)
Bars: memory grows by at most 300 MB over the imported process, prepared data take at most 1.3 GB
      for a million rows of 239 tokens.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SEED = "rows/0"
SYLLABLES = (
    "ka", "lo", "mi", "ter", "en", "ra", "su", "ning", "ve", "do",
    "al", "per", "to", "is", "man", "or", "ti", "che", "un", "ed",
)  # fmt: skip
MOST_GROWTH = 300e6
MOST_A_ROW = 1300
ROOM_A_ROW = 4000


def rows(count: int) -> Iterator[str]:
    """Draw conversations: one in four of two questions, three in ten with a system prompt."""
    chance = random.Random(SEED)  # noqa: S311 - rows, not secrets
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(20_000)]

    def text(median: int) -> str:
        most = min(round(median * chance.lognormvariate(0, 0.7)), 6 * median)
        return " ".join(chance.choices(words, k=max(most, 1)))

    for _ in range(count):
        turns = [("system", text(10))] if chance.random() < 0.3 else []
        for _ in range(2 if chance.random() < 0.25 else 1):
            turns += [("user", text(9)), ("assistant", text(18))]
        messages = [{"role": role, "content": said} for role, said in turns]
        yield json.dumps({"messages": messages}) + "\n"


def keep_rows(hall: Path, count: int) -> str:
    """Write the rows where a hall keeps them; give their digest."""
    (hall / "datasets").mkdir()
    seen, written = hashlib.sha256(), hall / "datasets" / "new"
    with written.open("wb") as file:
        for row in rows(count):
            line = row.encode()
            seen.update(line)
            file.write(line)
    written.rename(written.with_name(seen.hexdigest()))
    return seen.hexdigest()


def prepared(hall: Path, sha256: str) -> dict[str, Any]:
    """Prepare them in a fresh process."""
    script = Path(__file__).with_name("prepare_file.py")
    done = subprocess.run(
        [sys.executable, str(script), str(hall), sha256],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    return dict(json.loads(done.stdout))


def report(facts: dict[str, Any], read: int, stored: int) -> bool:
    """Print the figures; tell whether both bars hold."""
    count, tokens = facts["rows"], facts["tokens"]
    print(f"rows               {count}, {tokens / count:.1f} tokens each, {read / 1e6:.0f} MB")
    print(f"imported process   {facts['imported'] / 1e6:.0f} MB")
    for name, taken in facts["phases"].items():
        print(
            f"{name:26} {taken['seconds']:7.1f} s {taken['cpu_seconds']:7.1f} CPU s"
            f"   memory +{taken['resident'] / 1e6:.0f} MB, peak +{taken['peak'] / 1e6:.0f} MB"
        )
    seconds = sum(taken["seconds"] for taken in facts["phases"].values())
    growth = max(taken["peak"] for taken in facts["phases"].values())
    print(f"all                {count / seconds:.0f} rows/s")
    print(f"packs              {facts['packs']}, {facts['fill']:.2%} filled")
    print(f"growth of memory   {growth / 1e6:.0f} MB   (bar: {MOST_GROWTH / 1e6:.0f} MB)")
    print(f"prepared data      {stored / count:.0f} bytes a row   (bar: {MOST_A_ROW})")
    return bool(growth <= MOST_GROWTH and stored <= MOST_A_ROW * count)


def main() -> None:
    """Write the file, prepare it, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where to write; it is emptied afterwards")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guild-rows-", dir=asked.folder) as folder:
        hall = Path(folder)
        if shutil.disk_usage(hall).free < ROOM_A_ROW * asked.rows:
            sys.exit(f"{ROOM_A_ROW * asked.rows / 1e9:.1f} GB of room are needed in {hall.parent}")
        sha256 = keep_rows(hall, asked.rows)
        facts = prepared(hall, sha256)
        cache = [path for path in (hall / "cache").rglob("*") if path.is_file()]
        stored = sum(path.stat().st_size for path in cache)
        if not report(facts, (hall / "datasets" / sha256).stat().st_size, stored):
            sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
