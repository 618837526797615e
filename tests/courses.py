"""Small courses for trainers, and someone who watches how one goes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from application.ports.trainer import Announce, Control, Course, Outcome, Trainer, Write
from domain.equipment import Equipment
from domain.masking import Encoded, Span
from domain.planning import batches_of, steps_of
from domain.reports import Equipped, Evaluated, Report, StepDone
from domain.settings.environment import Environment
from domain.settings.hyperparams import Hyperparams
from domain.settings.layers import Value, with_values
from domain.settings.settings import Settings

START = 100


def a_row(number: int, *, length: int = 0) -> Encoded:
    """Each number has a length of its own, so that a step's tokens tell its rows."""
    length = length or 6 + number
    ids = tuple(3 + (number * 31 + place * 7) % 400 for place in range(length))
    return Encoded(number=number, ids=ids, trained=(Span(2, length),))


def a_course(
    rows: int = 11,
    *,
    held_out: int = 0,
    packed: bool = False,
    resume_from: str = "",
    carry_from: str = "",
    **wishes: Any,
) -> Course:
    """Two rows in a pass and two passes in a step: 11 rows are 6 passes are 3 steps."""
    usual = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 2}
    rates = {"warmup_steps": 1, "learning_rate": 1e-2}
    settings = Settings(
        hyperparams=Hyperparams(**{**usual, **rates, **wishes}),
        environment=Environment(num_threads=1),
    )
    course = a_course_of(
        tuple(a_row(number) for number in range(1, rows + 1)),
        tuple(a_row(number) for number in range(51, 51 + held_out)),
        settings,
        packed=packed,
        resume_from=resume_from,
    )
    return replace(course, carry_from=carry_from)


def with_settings(course: Course, values: Mapping[str, Value]) -> Course:
    """Wish something that changes no plan."""
    return replace(course, settings=with_values(course.settings, values))


def a_course_of(
    train: Sequence[Encoded],
    held_out: Sequence[Encoded],
    settings: Settings,
    *,
    packed: bool = False,
    resume_from: str = "",
) -> Course:
    """Plan as a job does."""
    lengths = [len(row.ids) for row in train]
    return Course(
        train=train,
        plan=steps_of(lengths, batches_of(lengths, settings, packed=packed), settings),
        held_out=held_out,
        measured=batches_of([len(row.ids) for row in held_out], settings, packed=packed),
        settings=settings,
        start_step=START,
        resume_from=resume_from,
    )


@dataclass
class Watcher:
    """Saves into folders, keeps what it was told, and has a wish after so many questions.

    A wish for a checkpoint is said once, one to end again and again.
    """

    home: Path
    stop_after: float = math.inf
    wish: Control = Control.STOP
    asked: int = 0
    reports: list[Report] = field(default_factory=list)
    saved: list[int] = field(default_factory=list)

    def train(self, trainer: Trainer[Any], model: object, course: Course) -> Outcome:
        return trainer.train(model, course, save=self.save, control=self.control, tell=self.tell)

    def save(self, step: int, write: Write) -> Announce:
        folder = self.home / str(step)
        folder.mkdir(parents=True)
        write(str(folder))
        return lambda: self.saved.append(step)

    def control(self) -> Control:
        self.asked += 1
        if self.wish is Control.CHECKPOINT and self.asked != self.stop_after + 1:
            return Control.GO_ON
        return self.wish if self.asked > self.stop_after else Control.GO_ON

    def tell(self, report: Report) -> None:
        self.reports.append(report)

    @property
    def last(self) -> str:
        return str(self.home / str(self.saved[-1]))

    @property
    def steps(self) -> list[StepDone]:
        return [report for report in self.reports if isinstance(report, StepDone)]

    @property
    def equipments(self) -> list[Equipment]:
        return [report.equipment for report in self.reports if isinstance(report, Equipped)]

    @property
    def evaluations(self) -> list[Evaluated]:
        return [report for report in self.reports if isinstance(report, Evaluated)]
