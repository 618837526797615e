"""A trainer that only counts and hashes: what it makes depends on rows, order and steps alone."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.memory.model_loader import MemoryModel
from application.ports.trainer import Control, Course, Outcome, Save, Trainer
from domain.masking import Encoded
from domain.receipts import PackingProof
from domain.reports import Evaluated, Report, StepDone
from domain.result import Cause, Ending, TrainingError

_STATE = "trainer_state.json"
_HIGHEST_LOSS = 4.0

_Pass = tuple[Encoded, ...]


class MemoryTrainer(Trainer[MemoryModel]):
    """Learns without arithmetic; the loss falls with every step.

    losses replaces the loss of a step of the job, faults raises before one, leak names the layer
    in which packed rows see each other.
    """

    def __init__(
        self,
        *,
        losses: Mapping[int, float] | None = None,
        faults: Mapping[int, Exception] | None = None,
        leak: str = "",
    ) -> None:
        self._losses, self._faults, self._leak = losses or {}, faults or {}, leak

    def prove(self, model: MemoryModel, first: Encoded, second: Encoded) -> PackingProof:
        """Say what was given."""
        return PackingProof(
            rows=(first.number, second.number),
            difference=float(bool(self._leak)),
            tolerance=0.0,
            attention="memory",
            layer=self._leak,
        )

    def train(
        self,
        model: MemoryModel,
        course: Course,
        *,
        save: Save,
        control: Callable[[], Control],
        tell: Callable[[Report], None],
    ) -> Outcome:
        """Fold the rows of each step into the digest."""
        run = _Run(model, course, save, control, tell)
        return run.execute(self._losses, self._faults)


@dataclass(slots=True)
class _Run:
    model: MemoryModel
    course: Course
    save: Save
    control: Callable[[], Control]
    tell: Callable[[Report], None]
    step: int = 0
    saved: int = 0
    tokens: int = 0
    loss: float | None = None
    stopped: bool = False
    steps: list[list[_Pass]] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = _steps(self.course)

    def execute(self, losses: Mapping[int, float], faults: Mapping[int, Exception]) -> Outcome:
        if self.course.resume_from:
            self.model = MemoryModel.read(self.course.resume_from)
            self.step = self.saved = _step_at(self.course)
        total = self.course.plan.total
        initial = None if self.course.resume_from else self._evaluate()
        while self.step < total and not self.stopped:
            if fault := faults.get(self.step + 1):
                raise fault
            self._train_step(total, losses.get(self.step + 1, _loss(self.model)))
        if self.step > self.saved:
            self._save()
        final = self._evaluate()
        return Outcome(
            ending=self._ending(),
            final_step=self.course.start_step + self.step,
            tokens=self.tokens,
            seconds=float(self.step),
            final_loss=self.loss,
            initial_val_loss=initial,
            final_val_loss=final,
        )

    def _train_step(self, total: int, loss: float) -> None:
        passes = self.steps[self.step]
        for number, _ in enumerate(passes, start=1):
            if number > 1 and self._asked_to_stop():
                return
        if not math.isfinite(loss):
            raise TrainingError(Cause.DIVERGED, f"step {self.step + 1} has the loss {loss}")
        self.model = _taught(self.model, passes)
        self.step, self.loss = self.step + 1, loss
        self._tell_step(total, loss, sum(len(row.ids) for rows in passes for row in rows))
        hyperparams = self.course.settings.hyperparams
        if self.step == total or self.step % hyperparams.save_steps == 0:
            self._save()
        if hyperparams.eval_steps and self.step < total and not self.step % hyperparams.eval_steps:
            self._evaluate()
        self._asked_to_stop()

    def _tell_step(self, total: int, loss: float, tokens: int) -> None:
        self.tokens += tokens
        self.tell(
            StepDone(
                step=self.step,
                total=total,
                campaign_step=self.course.start_step + self.step,
                loss=loss,
                learning_rate=self.course.settings.hyperparams.learning_rate,
                grad_norm=loss / 2,
                tokens=tokens,
                seconds=1.0,
            )
        )

    def _save(self) -> None:
        def write(location: str) -> None:
            self.model.write(location)
            state = {"global_step": self.step, "plan": self.course.plan.batches.digest}
            (Path(location) / _STATE).write_text(json.dumps(state))

        self.save(self.course.start_step + self.step, write)
        self.saved = self.step

    def _evaluate(self) -> float | None:
        if not self.course.held_out or self._asked_to_stop():
            return None
        loss, rows = _loss(self.model), len(self.course.held_out)
        self.tell(Evaluated(campaign_step=self.course.start_step + self.step, loss=loss, rows=rows))
        return loss

    def _asked_to_stop(self) -> bool:
        self.stopped = self.stopped or self.control() is Control.STOP
        return self.stopped

    def _ending(self) -> Ending:
        if self.stopped:
            return Ending.STOPPED
        return Ending.ALL_ROWS if self.step == len(self.steps) else Ending.MAX_STEPS


def _steps(course: Course) -> list[list[_Pass]]:
    """Give the passes of each step; the last step of an epoch may have fewer."""
    plan = course.plan
    steps: list[list[_Pass]] = []
    for epoch in range(plan.epochs):
        passes = [
            tuple(course.train[row] for row in plan.batches[number]) for number in plan.order(epoch)
        ]
        group = plan.accumulation
        steps += [passes[start : start + group] for start in range(0, len(passes), group)]
    return steps


def _taught(model: MemoryModel, passes: list[_Pass]) -> MemoryModel:
    seen = repr([[(row.ids, row.trained) for row in rows] for rows in passes])
    digest = hashlib.sha256(f"{model.digest} {seen}".encode()).hexdigest()
    return MemoryModel(digest, model.steps + 1)


def _loss(model: MemoryModel) -> float:
    return _HIGHEST_LOSS / (1 + model.steps)


def _step_at(course: Course) -> int:
    try:
        state = json.loads((Path(course.resume_from) / _STATE).read_text())
        step, plan = int(state["global_step"]), state["plan"]
    except (KeyError, OSError, TypeError, ValueError) as error:
        raise _untrusted(course, str(error)) from error
    if plan != course.plan.batches.digest:
        raise _untrusted(course, "its rows were grouped otherwise")
    return step


def _untrusted(course: Course, why: str) -> TrainingError:
    return TrainingError(
        Cause.UNTRUSTED_CHECKPOINT, f"training cannot go on from {course.resume_from}: {why}"
    )
