"""How long training stands still for a checkpoint: written beside it, and waited for.

Run:  .venv/bin/python benchmarks/checkpoint_stall.py [--hero smollm2-135m --runs 2]
Bar:  written beside the training, it stands still at most 0.2x as long.
"""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Announce, Control, Course, Write
from domain.hero import Hero
from domain.ids import CampaignId, JobId
from domain.masking import Encoded, Span
from domain.planning import batches_of, steps_of
from domain.reports import Phase, PhaseBegun, Report, StepDone
from domain.settings.layers import with_values
from domain.settings.settings import Settings
from entrypoints.factories import hero_of

HEROES = Path(__file__).resolve().parent.parent / "configs" / "heroes"
JOB = JobId("01890a5d-ac96-774b-bcce-b302099a8057")
STEPS, BETWEEN, TOKENS = 17, 8, 192
BAR = 0.2


@dataclass
class Watched:
    """One run: the seconds of each halt in it, the last one apart, and of all its steps."""

    store: FilesystemCheckpointStore
    halts: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    size: int = 0
    halted: float = 0.0

    def save(self, step: int, write: Write) -> Announce:
        """Commit as a job does."""
        draft = self.store.draft(CampaignId("smollm2/stall"), JOB, 1, step)
        write(draft.location)
        self.size = sum(path.stat().st_size for path in Path(draft.location).iterdir())
        self.store.commit(draft)
        return lambda: None

    def tell(self, report: Report) -> None:
        """Take the time from when training halts to when it goes on."""
        match report:
            case PhaseBegun(phase=Phase.SAVING) if not self.halted:
                self.halted = time.perf_counter()
            case PhaseBegun(phase=Phase.TRAINING) if self.halted:
                self.halts.append(time.perf_counter() - self.halted)
                self.halted = 0.0
            case StepDone():
                self.steps.append(report.seconds)


def a_course(asynchronous: bool) -> Course:  # noqa: FBT001
    """Plan steps of one row each; what is learned does not matter."""
    values = {
        "hyperparams.per_device_train_batch_size": 1,
        "hyperparams.gradient_accumulation_steps": 1,
        "hyperparams.save_steps": BETWEEN,
        "environment.num_threads": 1,
        "checkpoint.asynchronous": asynchronous,
    }
    settings = with_values(Settings(), values)
    rows = [
        Encoded(
            number=number,
            ids=tuple(3 + (number * 31 + place * 7) % 400 for place in range(TOKENS)),
            trained=(Span(2, TOKENS),),
        )
        for number in range(1, STEPS + 1)
    ]
    lengths = [TOKENS] * len(rows)
    plan = steps_of(lengths, batches_of(lengths, settings, packed=False), settings)
    return Course(
        train=rows,
        plan=plan,
        held_out=(),
        measured=batches_of([], settings, packed=False),
        settings=settings,
        start_step=0,
    )


def run(hero: Hero, *, asynchronous: bool) -> Watched:
    """Train a fresh model in a folder that vanishes."""
    course = a_course(asynchronous)
    with tempfile.TemporaryDirectory(prefix="guild-stall-") as folder:
        watched = Watched(FilesystemCheckpointStore(Path(folder)))
        model = HuggingFaceModelLoader().load(hero, "", course.settings).model
        HuggingFaceTrainer().train(
            model, course, save=watched.save, control=lambda: Control.GO_ON, tell=watched.tell
        )
    return watched


def main() -> int:
    """Take turns, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hero", default="smollm2-135m")
    parser.add_argument("--runs", type=int, default=2)
    asked = parser.parse_args()
    hero = hero_of(HEROES / f"{asked.hero}.yaml")
    runs: dict[bool, list[Watched]] = {False: [], True: []}
    for _ in range(asked.runs):
        for asynchronous, done in runs.items():
            watched = run(hero, asynchronous=asynchronous)
            watched.halts.pop()  # the last checkpoint of a job is waited for in both ways
            done.append(watched)
            halted = ", ".join(f"{halt:.2f}" for halt in watched.halts)
            step = statistics.median(watched.steps)
            name = "beside" if asynchronous else "waited for"
            print(f"{name:13} halts {halted} s; a step takes {step:.2f} s", flush=True)
    halts = {way: [halt for each in done for halt in each.halts] for way, done in runs.items()}
    ratio = statistics.median(halts[True]) / statistics.median(halts[False])
    print(f"a checkpoint  {runs[True][0].size / 1e9:.2f} GB, every {BETWEEN} of {STEPS} steps")
    print(f"stall         {ratio:.3f}x, bar {BAR}x")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
