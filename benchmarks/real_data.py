"""A real chat or question/answer file through a fresh hall: init, create, add, train, preview.

Run:  make real DATA=FILE   (or: .venv/bin/python benchmarks/real_data.py --data FILE --rows 500)
Gives rows, tokens, seconds and the validation loss before and after.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

GUILD = str(Path(sys.executable).parent / "guild")


def run(hall: Path, *command: str, shown: bool = True) -> str:
    """Run a guild command in the hall; a refusal ends the benchmark with its status."""
    print(f"$ guild {' '.join(command)}", flush=True)
    if shown:
        subprocess.run([GUILD, "-C", str(hall), *command], check=True)
        return ""
    answered = subprocess.run(
        [GUILD, "-C", str(hall), "--json", *command], check=True, stdout=subprocess.PIPE, text=True
    )
    return answered.stdout


def first_rows(data: Path, rows: int, folder: Path) -> Path:
    """Copy the first rows of a file; rows 0 means all of them."""
    copy = folder / data.name
    with data.open("rb") as source:
        copy.write_bytes(b"".join(islice(source, rows or None)))
    return copy


def main() -> None:
    """Run all steps and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=500, help="how many rows, 0 for all")
    parser.add_argument("--hero", default="tiny-qwen3")
    parser.add_argument("--hall", type=Path, help="where to make the hall; it must not exist")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="guild-real-"))
    hall = asked.hall or folder / "hall"
    settings = ["hyperparams.per_device_train_batch_size=8", "data.over_long=drop", *asked.settings]
    run(hall.parent, "init", str(hall))
    sets = [part for setting in settings for part in ("--set", setting)]
    run(hall, "campaign", "create", "real", "--hero", asked.hero, *sets)
    run(hall, "queue", "add", str(first_rows(asked.data, asked.rows, folder)))
    job = json.loads(run(hall, "train", "next", shown=False))["job"]
    run(hall, "preview", "run", "-n", "3")
    result, receipt = job["ending"], job["metadata"]["receipts"][-1]
    print(f"rows          {job['num_examples']} read, {result['rows']} trained")
    print(f"left out      {len(receipt['over_long_dropped'])} over the longest length")
    print(f"tokens        {receipt['tokens']}, {receipt['trained_total']} of them trained")
    print(f"steps         {result['final_step'] - result['start_step']}")
    print(f"seconds       {result['seconds']:.1f} of training")
    before, after = result["initial_val_loss"], result["final_val_loss"]
    print(f"validation    {before:.4f} before, {after:.4f} after")
    print(f"hall          {hall}")


if __name__ == "__main__":
    main()
