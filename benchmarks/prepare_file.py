"""Check, prepare and pack a file of rows as a job does, and say as JSON what each phase took.

Run by million_rows.py in a process of its own; the memory before the first phase is that of the
imported process.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.filesystem.token_store import FilesystemTokenStore
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.course import PrepareMaterial
from application.preparing import Preparation, PrepareRows
from domain.dataset import Dataset
from domain.formats.reading import Reading
from domain.packing import fill
from domain.profiles.plain_sft import PlainSft
from domain.rows import survey
from domain.settings.data import BadRows
from domain.settings.settings import Settings
from entrypoints.factories import hero_of

ROOT = Path(__file__).resolve().parent.parent
Result = TypeVar("Result")


class Phases:
    """Seconds and memory of one phase after another."""

    def __init__(self) -> None:
        self.imported = resident("VmRSS")
        self.taken: dict[str, dict[str, float]] = {}

    def time(self, name: str, work: Callable[[], Result]) -> Result:
        """Work, and note what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.taken[name] = {
            "seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
            "resident": resident("VmRSS") - self.imported,
            "peak": resident("VmHWM") - self.imported,
        }
        return result


def resident(what: str) -> int:
    """Give the bytes of memory of this process: VmRSS is now, VmHWM the most so far."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024


def main(hall: Path, sha256: str) -> None:
    """Go through all phases with the tiny hero and the settings that nobody changed."""
    phases = Phases()
    settings, hero = Settings(), hero_of(ROOT / "configs" / "heroes" / "tiny-qwen3.yaml")
    datasets, tokens = FilesystemDatasetSource(hall), FilesystemTokenStore(hall / "cache")
    trainer, kept = HuggingFaceTrainer(), hall / "datasets" / sha256
    found = phases.time(
        "read and checked",
        lambda: survey(datasets.rows_at(str(kept)), Reading.of(settings.data), BadRows.REFUSE),
    )
    dataset = Dataset(sha256=sha256, name="rows.jsonl", size=kept.stat().st_size, rows=found.rows)
    loaded = phases.time("model loaded", lambda: HuggingFaceModelLoader().load(hero, "", settings))
    wanted = Preparation(settings=settings, profile=PlainSft(), encoder=loaded.encoder)
    prepared, _ = phases.time(
        "prepared",
        lambda: PrepareRows(datasets=datasets, tokens=tokens).execute(
            dataset, wanted, lambda: None
        ),
    )
    material = phases.time(
        "split, proven and packed",
        lambda: PrepareMaterial(datasets=datasets, tokens=tokens, trainer=trainer).execute(
            dataset, wanted, loaded, "", check=lambda: None, tell=lambda _: None
        ),
    )
    lengths = material.train.lengths
    facts = {
        "rows": len(prepared.lengths),
        "tokens": sum(prepared.lengths),
        "packs": len(material.batches),
        "fill": fill(lengths, len(material.batches), settings.hyperparams.max_length),
        "imported": phases.imported,
        "phases": phases.taken,
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
