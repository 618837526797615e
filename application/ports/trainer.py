"""The loop that changes weights."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from domain.batching import BatchPlan, StepPlan
from domain.masking import Encoded
from domain.receipts import PackingProof
from domain.reports import Report
from domain.result import Ending
from domain.settings.settings import Settings

Trained = TypeVar("Trained", contravariant=True)


class Control(StrEnum):
    """What the trainer is asked at any moment."""

    GO_ON = "go_on"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What to train on and from where.

    plan says which rows of train make a step, measured which of held_out go through the model
    together. start_step is the campaign's step at the start of the job; resume_from is where a
    checkpoint of this same job lies, '' for a fresh start.
    """

    train: Sequence[Encoded]
    plan: StepPlan
    held_out: Sequence[Encoded]
    measured: BatchPlan
    settings: Settings
    start_step: int
    resume_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the loop ended; steps count over the campaign, seconds are those of this attempt's loop.

    Losses are mean nats per trained token, None where nothing was measured.
    """

    ending: Ending
    final_step: int
    tokens: int
    seconds: float
    final_loss: float | None
    initial_val_loss: float | None
    final_val_loss: float | None


Write = Callable[[str], None]
Save = Callable[[int, Write], None]
"""save(step, write): calls write(location) with an empty place and makes a checkpoint of it."""


class Trainer(Protocol[Trained]):
    """Trains a model on encoded rows.

    - rows are trained as the plan says; those of a packed batch never see each other;
    - the proof of that is made with the model itself, and names where it first fails;
    - only trained tokens carry loss, normalised over the whole step;
    - it tells StepDone for each step, Evaluated for each evaluation;
    - it saves every save_steps and at the end, so also when it is stopped after a step;
    - control is asked at every batch; STOP ends the loop;
    - a loss or gradient that is not finite raises TrainingError(DIVERGED) before weights change;
    - resuming gives the same weights as never having stopped; with another plan it is refused.
    """

    @abstractmethod
    def prove(self, model: Trained, first: Encoded, second: Encoded) -> PackingProof:
        """Compare what the model says of two rows alone and laid end to end."""

    @abstractmethod
    def train(
        self,
        model: Trained,
        course: Course,
        *,
        save: Save,
        control: Callable[[], Control],
        tell: Callable[[Report], None],
    ) -> Outcome:
        """Run the loop; raise TrainingError with a cause."""
