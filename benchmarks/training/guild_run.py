"""guild's own engine on the rows of a folder: packed, as a job does it, with nothing saved.

Run by __main__.py: guild_run.py FOLDER.
"""

import sys
from pathlib import Path

from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Announce, Control, Course
from benchmarks.training.material import material, settings
from benchmarks.training.watching import Meter
from domain.planning import steps_of
from domain.reports import Equipped, Report, StepDone


def main(folder: Path) -> None:
    """Train one epoch."""
    meter = Meter()
    loaded, rows = material(folder)
    plan = steps_of(rows.train.lengths, rows.batches, settings())
    course = Course(
        train=rows.train,
        plan=plan,
        held_out=rows.held_out,
        measured=rows.measured,
        settings=settings(),
        start_step=0,
    )

    def hear(report: Report) -> None:
        if isinstance(report, Equipped):
            meter.begin()
        if isinstance(report, StepDone):
            meter.step()
            of_step = plan.rows_of(report.step)
            meter.count(report.loss, sum(rows.train[row].trained_count for row in of_step))

    def save(*_: object) -> Announce:
        return lambda: None

    HuggingFaceTrainer().train(
        loaded.model, course, save=save, control=lambda: Control.GO_ON, tell=hear
    )
    meter.tell(loaded.model.network)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
