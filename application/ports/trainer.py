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
from domain.result import Cause, Ending, TrainingError
from domain.settings.settings import Settings

Trained = TypeVar("Trained", contravariant=True)


class Control(StrEnum):
    """What the trainer is asked at any moment; all but the first two end the loop.

    CHECKPOINT is said once for each time that somebody wants one, so whoever hears it remembers it.
    A wish to end is said again and again.
    """

    GO_ON = "go_on"
    CHECKPOINT = "checkpoint"
    STOP = "stop"
    PAUSE = "pause"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What to train on and from where.

    plan says which rows of train make a step, measured which of held_out go through the model
    together. start_step is the campaign's step at the start of the job, on_head whether its model
    was trained here before. resume_from is where a checkpoint of this same job lies, '' for a fresh
    start; carry_from is where the head lies whose optimizer state a fresh start takes over, '' for
    none. Both at once would be two different jobs.
    """

    train: Sequence[Encoded]
    plan: StepPlan
    held_out: Sequence[Encoded]
    measured: BatchPlan
    settings: Settings
    start_step: int
    on_head: bool = False
    resume_from: str = ""
    carry_from: str = ""

    def __post_init__(self) -> None:
        """Refuse to resume one job and to continue another one at once."""
        if self.resume_from and self.carry_from:
            raise TrainingError(
                Cause.CONFIG_ERROR,
                f"a job that resumes {self.resume_from} has its optimizer state there: "
                f"it takes none over from {self.carry_from}",
            )

    @property
    def continues(self) -> bool:
        """Tell whether the job stands on a trained head."""
        return self.on_head or self.start_step > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the loop ended; steps count over the campaign, tokens over all steps of the job.

    seconds are those of this attempt's loop alone. Losses are mean nats per trained token, None
    where nothing was measured. best_step is the step of a saved checkpoint that was measured better
    than the last one, None where the last one is the best or nobody wants another. wish is what
    ended a loop that was STOPPED, GO_ON of any other.
    """

    ending: Ending
    final_step: int
    tokens: int
    seconds: float
    final_loss: float | None
    initial_val_loss: float | None
    final_val_loss: float | None
    best_step: int | None = None
    best_val_loss: float | None = None
    wish: Control = Control.GO_ON


Write = Callable[[str], None]
Announce = Callable[[], None]
Save = Callable[[int, Write], Announce]
"""save(step, write): calls write(location) with an empty place and makes a checkpoint of it.

It may be called in any thread, but never twice at once. The checkpoint counts once it is announced,
which is for the thread that trains, and for it alone.
"""


class Trainer(Protocol[Trained]):
    """Trains a model on encoded rows.

    - rows are trained as the plan says; those of a packed batch never see each other;
    - the proof of that is made with the model itself, and names where it first fails;
    - only trained tokens carry loss, normalised over the whole step;
    - it tells StepDone for each step, Evaluated for each evaluation;
    - it saves every save_steps and at the end, so also when it is stopped after a step;
    - with checkpoint.asynchronous it may train on while a save, of the state as it was after its
      step, is under way: one at a time, announced in their order; what a save raises is raised
      after a later pass, and none is under way any more when the loop ends, however it ends;
    - it tells the phase SAVING while it trains nothing for the sake of a save;
    - control is asked after every pass, before every batch that is measured, and while it waits
      for a save;
    - STOP, PAUSE and SKIP end the loop there: the passes of an unfinished step are dropped, the
      weights are those before it, and the last finished step is saved;
    - CHECKPOINT saves after the step in progress, between steps at once, and changes nothing else;
      what is saved already is not saved again;
    - a loss or gradient that is not finite raises TrainingError(DIVERGED) before weights change,
      and weights that are not finite are never saved;
    - the learning rate goes as domain.schedule says, counted from the start of the job;
    - resuming gives the same weights as never having stopped; with another plan it is refused;
    - carrying takes over the optimizer's state alone; a head without one that fits is refused;
    - with checkpoint.keep_best it saves at each evaluation inside the job that is the best so far;
    - early_stopping_patience ends the loop after so many evaluations without a better one; both
      count on over a resume.
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
