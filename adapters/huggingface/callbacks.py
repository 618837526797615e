"""Where transformers' loop asks guild: may it go on, and what becomes of a finished step."""

import time
from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState

StepFinished = Callable[[int, float, float], bool]
"""Takes the step within the job, the learning rate that it used, and its seconds."""


class Hooks(TrainerCallback):
    """Asks after every pass, so that a wish to stop waits for one pass at most.

    Both questions are answered with whether the loop goes on.
    """

    def __init__(
        self,
        begun: Callable[[], None],
        may_go_on: Callable[[], bool],
        step_finished: StepFinished,
    ) -> None:
        self._begun, self._may_go_on = begun, may_go_on
        self._step_finished = step_finished
        self._began = self._rate = 0.0

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Everything is as it will be in the first step."""
        self._begun()

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Start the clock of a step."""
        self._began = time.perf_counter()

    def on_pre_optimizer_step(self, *_: Any, optimizer: Any, **__: Any) -> None:
        """Read the learning rate before the schedule moves on."""
        self._rate = float(optimizer.param_groups[0]["lr"])

    def on_substep_end(self, _: Any, __: Any, control: TrainerControl, **___: Any) -> None:
        """End inside a step: its passes so far are dropped, the weights are those before it."""
        if not self._may_go_on():
            control.should_training_stop = True

    def on_step_end(self, _: Any, state: TrainerState, control: TrainerControl, **__: Any) -> None:
        """Hand over the finished step."""
        seconds = time.perf_counter() - self._began
        if not self._step_finished(state.global_step, self._rate, seconds):
            control.should_training_stop = True
