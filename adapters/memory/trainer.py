"""A trainer that only counts and hashes: what it makes depends on rows, order and steps alone."""

import hashlib
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from adapters.memory.equipping import equipment_of
from adapters.memory.model_loader import MemoryModel
from adapters.memory.trainer_state import TrainerState, carried_optimizer, state_at
from application.ports.trainer import Control, Course, Outcome, Save, Trainer
from application.wishes import Wishes
from domain.evaluations import Evaluations
from domain.masking import Encoded
from domain.receipts import PackingProof
from domain.reports import Equipped, Evaluated, Phase, PhaseBegun, Report, StepDone
from domain.result import Cause, Ending, TrainingError
from domain.schedule import rate_factor

_HIGHEST_LOSS = 4.0

_Pass = tuple[Encoded, ...]


class MemoryTrainer(Trainer[MemoryModel]):
    """Learns without arithmetic; the loss falls with every step.

    losses replaces the loss of a step of the job, held_out the one measured after it, faults raises
    before one, spoilt are steps after which no weight is a number, leak names the layer in which
    packed rows see each other. memory is the most rows or packs that fit into a pass, twice as many
    fit where activations are computed twice; 0 is any number.
    """

    def __init__(
        self,
        *,
        losses: Mapping[int, float] | None = None,
        held_out: Mapping[int, float] | None = None,
        faults: Mapping[int, Exception] | None = None,
        spoilt: Collection[int] = (),
        leak: str = "",
        memory: int = 0,
    ) -> None:
        self._losses, self._held_out = losses or {}, held_out or {}
        self._faults, self._spoilt, self._leak = faults or {}, spoilt, leak
        self._memory = memory

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
        hyperparams = course.settings.hyperparams
        room = self._memory * (2 if hyperparams.activation_checkpointing else 1)
        fits = not room or hyperparams.per_device_train_batch_size <= room
        run = _Run(model, course, save, Wishes(control), tell, self._held_out, self._spoilt, fits)
        return run.execute(self._losses, self._faults)


@dataclass(slots=True)
class _Run:
    model: MemoryModel
    course: Course
    save: Save
    wishes: Wishes
    tell: Callable[[Report], None]
    held_out: Mapping[int, float]
    spoilt: Collection[int]
    fits: bool = True
    optimizer: str = ""
    step: int = 0
    saved: int = 0
    loss: float | None = None
    steps: list[list[_Pass]] = field(init=False)
    evaluations: Evaluations = field(init=False)

    def __post_init__(self) -> None:
        self.steps = _steps(self.course)
        settings, held_out = self.course.settings, self.course.held_out
        self.evaluations = Evaluations.of(settings, self.course.plan.total, len(held_out))

    def execute(self, losses: Mapping[int, float], faults: Mapping[int, Exception]) -> Outcome:
        if self.course.carry_from:
            self.optimizer = carried_optimizer(self.course.carry_from)
        total = self.course.plan.total
        self._begin()
        if self.step < total and self.wishes.goes_on:
            self.tell(Equipped(equipment_of(self.course.settings)))
        while self.step < total and self.wishes.goes_on and not self._enough():
            if fault := faults.get(self.step + 1):
                raise fault
            self._train_step(total, losses.get(self.step + 1, _loss(self.model)))
        if self.step > self.saved:
            self._save()
        known = self.evaluations.at(self.step)
        final = self._evaluate() if known is None else known
        best = self.evaluations.best_on_the_way(self.step)
        return Outcome(
            ending=self._ending(),
            final_step=self.course.start_step + self.step,
            tokens=self.course.plan.tokens_in(self.step),
            seconds=float(self.step),
            final_loss=self.loss,
            initial_val_loss=self.evaluations.initial,
            final_val_loss=final,
            best_step=self.course.start_step + best.step if best else None,
            best_val_loss=best.loss if best else None,
            wish=self.wishes.ending,
        )

    def _begin(self) -> None:
        if not self.course.resume_from:
            self._evaluate()
            return
        self.model = MemoryModel.read(self.course.resume_from)
        state = state_at(self.course)
        self.step = self.saved = state.step
        self.optimizer = state.optimizer
        self.evaluations = self.evaluations.and_these(state.evaluations)
        if self.evaluations.lack(self.step):
            self._evaluate()

    def _train_step(self, total: int, loss: float) -> None:
        if not self.fits:
            raise TrainingError(
                Cause.OUT_OF_GPU_MEMORY, "the GPU has not enough memory for a batch"
            )
        passes = self.steps[self.step]
        for number, _ in enumerate(passes, start=1):
            if number > 1 and not self.wishes.ask():
                return
        if not math.isfinite(loss):
            raise TrainingError(Cause.DIVERGED, f"step {self.step + 1} has the loss {loss}")
        self.optimizer = _hashed(self.optimizer, passes)
        self.model = MemoryModel(
            _hashed(self.model.digest + self.optimizer, passes), self.model.steps + 1
        )
        self.step, self.loss = self.step + 1, loss
        self._tell_step(total, loss, sum(len(row.ids) for rows in passes for row in rows))
        hyperparams = self.course.settings.hyperparams
        if self.step == total or self.step % hyperparams.save_steps == 0:
            self._save()
        if self.evaluations.lack(self.step):
            self._evaluate()
            if self.evaluations.found_best(self.step) and self.step > self.saved:
                self._save()
        self.wishes.ask()
        if self.wishes.take_save() and self.step > self.saved:
            self._save()

    def _tell_step(self, total: int, loss: float, tokens: int) -> None:
        self.tell(
            StepDone(
                step=self.step,
                total=total,
                campaign_step=self.course.start_step + self.step,
                loss=loss,
                learning_rate=self._rate(total),
                grad_norm=loss / 2,
                tokens=tokens,
                seconds=1.0,
            )
        )

    def _save(self) -> None:
        step = self.course.start_step + self.step

        def write(location: str) -> None:
            self.model.write(location)
            plan = self.course.plan.batches.digest
            TrainerState(self.step, plan, self.optimizer, self.evaluations.pairs).write(location)
            if not self.wishes.ask():
                self.tell(PhaseBegun(Phase.SAVING, f"step {step}, stopping after this save"))

        if self.step in self.spoilt:
            raise TrainingError(Cause.DIVERGED, f"step {self.step} has spoilt the weights")
        self.tell(PhaseBegun(Phase.SAVING, f"step {step}"))
        announce = self.save(step, write)
        announce()
        self.saved = self.step
        self.tell(PhaseBegun(Phase.TRAINING))

    def _evaluate(self) -> float | None:
        if not self.course.held_out or not self.wishes.ask():
            return None
        loss, rows = self.held_out.get(self.step, _loss(self.model)), len(self.course.held_out)
        self.evaluations = self.evaluations.and_these([(self.step, loss)])
        self.tell(Evaluated(campaign_step=self.course.start_step + self.step, loss=loss, rows=rows))
        return loss

    def _rate(self, total: int) -> float:
        settings, continues = self.course.settings, self.course.continues
        part = rate_factor(self.step, total, settings, continues=continues)
        return settings.hyperparams.learning_rate * part

    def _enough(self) -> bool:
        return self.evaluations.end_the_job(self.step)

    def _ending(self) -> Ending:
        if not self.wishes.goes_on:
            return Ending.STOPPED
        if self._enough():
            return Ending.EARLY_STOPPED
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


def _hashed(before: str, passes: list[_Pass]) -> str:
    seen = repr([[(row.ids, row.trained) for row in rows] for rows in passes])
    return hashlib.sha256(f"{before} {seen}".encode()).hexdigest()


def _loss(model: MemoryModel) -> float:
    return _HIGHEST_LOSS / (1 + model.steps)
