"""The evaluations of a job: which was the best, and whether another one is due."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The mean nats per trained token held out, after a step of the job; 0 is its start."""

    step: int
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluations:
    """All of a job so far, oldest first; one that only equals an earlier one is no better.

    total counts the steps of the job; the evaluations inside it come after every so many steps, 0
    is none. patience counts those without a better one that end the job, 0 is endless.
    """

    total: int
    every: int
    patience: int
    keep_best: bool
    made: tuple[Evaluation, ...] = ()

    @classmethod
    def of(cls, settings: Settings, total: int, held_out: int) -> "Evaluations":
        """Begin, as the settings wish; without held-out rows there is nothing to measure."""
        return cls(
            total=total,
            every=settings.hyperparams.eval_steps if held_out else 0,
            patience=settings.hyperparams.early_stopping_patience,
            keep_best=settings.checkpoint.keep_best,
        )

    @property
    def pairs(self) -> list[tuple[int, float]]:
        """Give steps and losses as plain numbers."""
        return [(each.step, each.loss) for each in self.made]

    @property
    def initial(self) -> float | None:
        """Give the loss before the first step, however long ago that was."""
        return self.made[0].loss if self.made and self.made[0].step == 0 else None

    @property
    def best(self) -> Evaluation | None:
        """Give the first one with the lowest loss."""
        return min(self.made, key=lambda each: each.loss, default=None)

    def and_these(self, pairs: Iterable[tuple[int, float]]) -> "Evaluations":
        """Add the next ones, as pairs gives them."""
        more = (Evaluation(int(step), float(loss)) for step, loss in pairs)
        return replace(self, made=(*self.made, *more))

    def at(self, step: int) -> float | None:
        """Give the loss after a step if that was the last one measured."""
        return self.made[-1].loss if self.made and self.made[-1].step == step else None

    def lack(self, step: int) -> bool:
        """Tell whether one inside the job is due after a step, and not made."""
        inside = 0 < step < self.total
        return self.every > 0 and inside and step % self.every == 0 and self.at(step) is None

    def found_best(self, step: int) -> bool:
        """Tell whether the best of a job that keeps it was just made."""
        return self.keep_best and self.best is not None and self.best.step == step

    def best_on_the_way(self, last: int) -> Evaluation | None:
        """Give the best one of a job that keeps it, if it lies between start and last step."""
        best = self.best if self.keep_best else None
        return best if best is not None and 0 < best.step < last else None

    def end_the_job(self, step: int) -> bool:
        """Tell whether patience is over, and the job is not."""
        if not self.patience or self.best is None or step >= self.total:
            return False
        return len(self.made) - 1 - self.made.index(self.best) >= self.patience


def in_vain(settings: Settings, held_out: int) -> tuple[str, ...]:
    """Say which wishes need evaluations that the job does not make."""
    hyperparams = settings.hyperparams
    if hyperparams.eval_steps and held_out:
        return ()
    lacking = "no row is held out" if hyperparams.eval_steps else "hyperparams.eval_steps is 0"
    wishes = {
        "hyperparams.early_stopping_patience": hyperparams.early_stopping_patience > 0,
        "checkpoint.keep_best": settings.checkpoint.keep_best,
    }
    return tuple(f"{key} has no effect: {lacking}" for key, wanted in wishes.items() if wanted)
