"""One attempt at a job: train, tell, save, measure, stop."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import Any

from adapters.huggingface.callbacks import Hooks
from adapters.huggingface.checkpoints import (
    State,
    evaluations_of,
    randomness,
    step_of,
)
from adapters.huggingface.circumstances import circumstances_of, compare_circumstances
from adapters.huggingface.compiling import compiled
from adapters.huggingface.equipping import equipment_of
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.loop import Interrupted, Loop, arguments_of
from adapters.huggingface.optimizer_state import all_finite
from adapters.huggingface.saving import Saving
from adapters.huggingface.snapshots import Snapshots
from adapters.huggingface.validation import Stopped, validation_loss
from adapters.huggingface.writer import Writer
from application.ports.trainer import Control, Course, Outcome, Save
from application.wishes import Wishes
from domain.evaluations import Evaluations
from domain.reports import Equipped, Evaluated, Phase, PhaseBegun, Report, StepDone, Warned
from domain.result import Cause, Ending, TrainingError
from domain.schedule import course_of, warm_up
from domain.settings.continuation import LearningRate


class Run:
    """Steps count within the job, and over the campaign in all that is told outside."""

    def __init__(
        self,
        model: LoadedModel,
        course: Course,
        folder: str,
        snapshots: Snapshots,
        *,
        save: Save,
        control: Callable[[], Control],
        tell: Callable[[Report], None],
    ) -> None:
        self._model, self._course = model, course
        self._wishes, self._tell = Wishes(control), tell
        self._hyperparams = course.settings.hyperparams
        self._plan = course.plan
        origin = course.resume_from
        self._step = self._saved = step_of(origin, self._plan) if origin else 0
        evaluations = Evaluations.of(course.settings, course.plan.total, len(course.held_out))
        self._evaluations = evaluations.and_these(evaluations_of(origin) if origin else ())
        self._loss: float | None = None
        # A batch may go through the model in parts: the loop counts whole ones, as the plan does.
        planned = replace(self._hyperparams, gradient_accumulation_steps=self._plan.accumulation)
        arguments = arguments_of(planned, self._plan.total, folder, model.network.device)
        hooks = Hooks(self._say_equipment, self._may_go_on, self._finish)
        self._loop = Loop(model, course, arguments, hooks, self._may_go_on)
        self._random: dict[str, Any] = {}
        self._circumstances = circumstances_of(course.settings, arguments.world_size, model)
        self._writer = Writer()
        self._saving = Saving(
            model,
            course,
            self._circumstances,
            snapshots,
            self._writer,
            save=save,
            wishes=self._wishes,
            tell=tell,
        )

    def execute(self) -> Outcome:
        """Run the loop from where it stands to its end, or until control asks to stop."""
        with self._writer:
            return self._execute()

    def _execute(self) -> Outcome:
        self._warn_of_warm_up()
        self._compare_circumstances()
        self._begin()
        seconds = self._train()
        known = self._evaluations.at(self._step)
        final = self._evaluate() if known is None else known
        best = self._evaluations.best_on_the_way(self._step)
        return Outcome(
            ending=self._ending(),
            final_step=self._course.start_step + self._step,
            tokens=self._plan.tokens_in(self._step),
            seconds=seconds,
            final_loss=self._loss,
            initial_val_loss=self._evaluations.initial,
            final_val_loss=final,
            best_step=self._course.start_step + best.step if best else None,
            best_val_loss=best.loss if best else None,
            wish=self._wishes.ending,
        )

    def _begin(self) -> None:
        """Measure before the first step; after an interruption only what that cut off."""
        if not self._course.resume_from:
            self._evaluate()
            return
        due = self._evaluations.lack(self._step)
        if due or self._step == self._plan.total:
            # transformers loads weights only to train, and would add a step to a whole job.
            self._loop._load_from_checkpoint(self._course.resume_from)  # noqa: SLF001
        if due:
            self._evaluate()

    def _train(self) -> float:
        began = time.perf_counter()
        if self._step < self._plan.total and self._goes_on:
            with suppress(Interrupted), self._programs():
                self._loop.train(resume_from_checkpoint=self._course.resume_from or None)
        if self._step > self._saved:
            self._save()
        self._saving.wait()
        return time.perf_counter() - began

    def _programs(self) -> AbstractContextManager[None]:
        if not self._course.settings.model.compile:
            return nullcontext()
        self._tell(PhaseBegun(Phase.TRAINING, "the layers are compiled first"))
        return compiled(self._model.network, self._may_go_on)

    def _say_equipment(self) -> None:
        self._tell(Equipped(equipment_of(self._loop, self._course)))

    def _finish(self, step: int, rate: float, seconds: float) -> bool:
        self._step, self._loss, self._random = step, self._loop.loss, randomness()
        self._tell(
            StepDone(
                step=step,
                total=self._plan.total,
                campaign_step=self._course.start_step + step,
                loss=self._loop.loss,
                learning_rate=rate,
                grad_norm=self._loop.norm,
                tokens=self._plan.tokens(step),
                seconds=seconds,
            )
        )
        last = step == self._plan.total
        if last or step % self._hyperparams.save_steps == 0:
            self._save()
        if self._evaluations.lack(self._step):
            self._evaluate()
            if self._evaluations.found_best(step) and step > self._saved:
                self._save()
        goes_on = self._may_go_on()
        if self._wishes.take_save() and step > self._saved:
            self._save()
        return goes_on

    def _save(self) -> None:
        if not all_finite(self._model.network, self._loop.optimizer):
            raise TrainingError(
                Cause.DIVERGED,
                f"weights or optimizer state after step {self._step} are not finite numbers: "
                "they are not saved",
            )
        self._saving.save(
            self._course.start_step + self._step,
            State.of(self._loop, self._random, self._evaluations),
            training_goes_on=self._goes_on and self._step < self._plan.total,
        )
        self._saved = self._step

    def _evaluate(self) -> float | None:
        rows = self._course.held_out
        if not rows or not self._wishes.goes_on:
            return None
        self._tell(PhaseBegun(Phase.EVALUATING, f"{len(rows)} rows held out"))
        try:
            loss = validation_loss(self._model, self._course, self._ask)
        except Stopped:
            return None
        self._evaluations = self._evaluations.and_these([(self._step, loss)])
        step = self._course.start_step + self._step
        self._tell(Evaluated(campaign_step=step, loss=loss, rows=len(rows)))
        self._tell(PhaseBegun(Phase.TRAINING))
        return loss

    def _ask(self) -> bool:
        self._saving.look()
        return self._wishes.ask()

    def _may_go_on(self) -> bool:
        self._ask()
        return self._goes_on

    @property
    def _goes_on(self) -> bool:
        return self._wishes.goes_on and not self._evaluations.end_the_job(self._step)

    def _ending(self) -> Ending:
        if not self._wishes.goes_on:
            return Ending.STOPPED
        if self._evaluations.end_the_job(self._step):
            return Ending.EARLY_STOPPED
        return Ending.ALL_ROWS if self._step == self._plan.whole else Ending.MAX_STEPS

    def _compare_circumstances(self) -> None:
        if origin := self._course.resume_from:
            for remark in compare_circumstances(origin, self._circumstances):
                self._tell(Warned(remark))

    def _warn_of_warm_up(self) -> None:
        wanted, given = self._hyperparams.warmup_steps, warm_up(self._hyperparams, self._plan.total)
        course = course_of(self._course.settings, continues=self._course.continues)
        if wanted != given and course is not LearningRate.CONSTANT:
            self._tell(
                Warned(
                    f"a warm-up of {wanted} steps would outlast the job's {self._plan.total}: "
                    f"it takes {given}"
                )
            )
