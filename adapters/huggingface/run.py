"""One attempt at a job: train, tell, save, measure, stop."""

import time
from collections.abc import Callable
from typing import Any

from adapters.huggingface.callbacks import Hooks
from adapters.huggingface.checkpoints import (
    full_disk_noticed,
    randomness,
    step_of,
    write_checkpoint,
)
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.loop import Loop, arguments_of, warm_up
from adapters.huggingface.validation import Stopped, validation_loss
from application.ports.trainer import Control, Course, Outcome, Save
from domain.reports import Evaluated, Phase, PhaseBegun, Report, StepDone, Warned
from domain.result import Ending


class Run:
    """Steps count within the job, and over the campaign in all that is told outside."""

    def __init__(
        self,
        model: LoadedModel,
        course: Course,
        folder: str,
        *,
        save: Save,
        control: Callable[[], Control],
        tell: Callable[[Report], None],
    ) -> None:
        self._model, self._course = model, course
        self._save_outside, self._control, self._tell = save, control, tell
        self._hyperparams = course.settings.hyperparams
        self._plan = course.plan
        origin = course.resume_from
        self._step = self._saved = step_of(origin, self._plan) if origin else 0
        self._first = self._step + 1
        self._loss: float | None = None
        self._stopped = False
        arguments = arguments_of(self._hyperparams, self._plan.total, folder, model.network.device)
        self._loop = Loop(model, course, arguments, Hooks(self._may_go_on, self._finish))
        self._random: dict[str, Any] = {}

    def execute(self) -> Outcome:
        """Run the loop from where it stands to its end, or until control asks to stop."""
        self._warn_of_warm_up()
        initial = None if self._course.resume_from else self._evaluate()
        seconds = self._train()
        final = self._evaluate()
        return Outcome(
            ending=self._ending(),
            final_step=self._course.start_step + self._step,
            tokens=sum(map(self._plan.tokens, range(self._first, self._step + 1))),
            seconds=seconds,
            final_loss=self._loss,
            initial_val_loss=initial,
            final_val_loss=final,
        )

    def _train(self) -> float:
        began = time.perf_counter()
        origin = self._course.resume_from or None
        if self._step == self._plan.total:
            # All steps were done before the interruption; transformers would add another one.
            self._loop._load_from_checkpoint(origin)  # noqa: SLF001
        elif not self._stopped:
            self._loop.train(resume_from_checkpoint=origin)
        if self._step > self._saved:
            self._save()
        return time.perf_counter() - began

    def _finish(self, step: int, rate: float, seconds: float) -> None:
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
        if not last and self._hyperparams.eval_steps and step % self._hyperparams.eval_steps == 0:
            self._evaluate()

    def _save(self) -> None:
        def write(location: str) -> None:
            write_checkpoint(location, self._model, self._loop, self._random, self._plan)

        with full_disk_noticed():
            self._save_outside(self._course.start_step + self._step, write)
        self._saved = self._step

    def _evaluate(self) -> float | None:
        rows = self._course.held_out
        if self._stopped or not rows:
            return None
        self._tell(PhaseBegun(Phase.EVALUATING, f"{len(rows)} rows held out"))
        try:
            loss = validation_loss(self._model, self._course, self._control)
        except Stopped:
            self._stopped = True
            return None
        step = self._course.start_step + self._step
        self._tell(Evaluated(campaign_step=step, loss=loss, rows=len(rows)))
        self._tell(PhaseBegun(Phase.TRAINING))
        return loss

    def _may_go_on(self) -> bool:
        self._stopped = self._stopped or self._control() is Control.STOP
        return not self._stopped

    def _ending(self) -> Ending:
        if self._stopped:
            return Ending.STOPPED
        return Ending.ALL_ROWS if self._step == self._plan.whole else Ending.MAX_STEPS

    def _warn_of_warm_up(self) -> None:
        wanted, given = self._hyperparams.warmup_steps, warm_up(self._hyperparams, self._plan.total)
        if wanted != given:
            self._tell(
                Warned(
                    f"a warm-up of {wanted} steps would outlast the job's {self._plan.total}: "
                    f"it takes {given}"
                )
            )
