"""How fast the steps of a job go."""

from domain.reports import StepDone


class Pace:
    """The mean over all steps of this attempt that were told."""

    def __init__(self) -> None:
        self._steps = 0
        self._seconds = 0.0
        self._tokens = 0

    def add(self, done: StepDone) -> None:
        """Count one step."""
        self._steps += 1
        self._seconds += done.seconds
        self._tokens += done.tokens

    def tokens_per_second(self) -> float | None:
        """Give the rate, None where no time was measured."""
        return self._tokens / self._seconds if self._seconds > 0 else None

    def seconds_left(self, done: StepDone) -> float:
        """Estimate the time until the last step."""
        return (done.total - done.step) * self._seconds / max(self._steps, 1)
