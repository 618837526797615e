"""How fast guild trains, beside TRL, LLaMA-Factory and transformers' Trainer, on the same rows.

Run:  make bench-training   (or: .venv/bin/python -m benchmarks.training --model smol --markdown)
Bars: those of variants.py and results.py; it exits with 1 where one is missed.

Each run is a process of its own, one thread, on the CPU; the variants take turns. Figures are CPU
seconds of the training loop alone. All get the same token ids, and the same labels unless a
variant says so; learning rates are so small that no weight changes, so losses can be compared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.training.results import Result, Rows, missed, table
from benchmarks.training.variants import GUILD, ROOT, ROWS, VARIANTS, Variant

ALONE = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "CUDA_VISIBLE_DEVICES": "",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "DISABLE_VERSION_CHECK": "1",  # LLaMA-Factory's: it has not heard of this torch
}


def facts_of(command: Sequence[str]) -> dict[str, Any]:
    """Run a process; its last line is JSON. One that fails ends the benchmark."""
    done = subprocess.run(
        command, check=False, cwd=ROOT, env={**os.environ, **ALONE}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{done.stderr[-3000:]}\nfailed: {' '.join(command)}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(variant: Variant, folder: Path) -> dict[str, Any]:
    """Train once."""
    facts = facts_of([*variant.command, str(folder), *([variant.how] if variant.how else [])])
    if (facts["threads"], facts["dtype"]) != (1, "torch.float32"):
        sys.exit(f"{variant.name} is no like for like: {facts}")
    print(f"  {variant.name:18}{facts['cpu_seconds']:8.2f} CPU s", flush=True)
    return facts


def matmul() -> float:
    """Multiply matrices in a process of its own."""
    return float(facts_of([*GUILD.command[:2], "benchmarks.training.matmul"])["gflops"])


def measured(asked: argparse.Namespace, chosen: Sequence[Variant]) -> list[Result]:
    """Make the material, and let the variants take turns."""
    with tempfile.TemporaryDirectory(prefix="guild-training-") as name:
        folder = Path(name)
        count = str(asked.rows or ROWS[asked.model])
        make = [*GUILD.command[:2], "benchmarks.training.material", name, asked.model, count]
        made = facts_of([*make, *([str(asked.data.resolve())] if asked.data else [])])
        print(
            f"{asked.model}: {made['parameters']} weights; {made['rows']} rows, {made['tokens']} "
            f"tokens, {made['loss_tokens']} of them carry loss; {made['packs']} packs of 1,024"
        )
        runs: dict[str, list[dict[str, Any]]] = {variant.name: [] for variant in chosen}
        peaks = list[float]()
        for number in range(1, asked.rounds + 1):
            peaks.append(matmul())
            print(f"round {number}: {peaks[-1]:.1f} GFLOP/s", flush=True)
            for variant in chosen:
                runs[variant.name].append(run(variant, folder))
    rows = Rows(
        model=asked.model,
        tokens=made["tokens"],
        loss_tokens=made["loss_tokens"],
        parameters=made["parameters"],
        peak=max(peaks),
    )
    return [Result(variant, rows, runs[variant.name]) for variant in chosen]


def wanted(asked: argparse.Namespace) -> list[Variant]:
    """Choose the variants; guild is always among them."""
    names = set(asked.only.split(",")) if asked.only else set()
    if unknown := names - {variant.name for variant in VARIANTS}:
        sys.exit(f"no such variant: {', '.join(sorted(unknown))}")
    chosen = [
        each
        for each in VARIANTS
        if each is GUILD or (each.name in names if names else asked.model in each.usual)
    ]
    if lacking := sorted({each.environment for each in chosen if not each.python.exists()}):
        sys.exit(f"not installed: {', '.join(lacking)} (make peers)")
    return chosen


def main() -> None:
    """Measure, print the table, judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", choices=sorted(ROWS), default="tiny")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=0, help="64 for tiny, 16 for smol")
    parser.add_argument("--data", type=Path, help="any file that guild reads, one row a line")
    parser.add_argument("--only", default="", help=", ".join(each.name for each in VARIANTS))
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args()
    began = time.monotonic()
    results = measured(asked, wanted(asked))
    print("\n".join(table(results, markdown=asked.markdown)))
    print(
        f"{results[0].rows.peak:.1f} GFLOP/s is the peak; {time.monotonic() - began:.0f} s in all"
    )
    if lost := list(missed(results)):
        sys.exit("a bar was missed: " + "; ".join(lost))


if __name__ == "__main__":
    main()
