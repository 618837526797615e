"""What somebody wants of a running job, asked for again and again."""

from collections.abc import Callable

from application.ports.trainer import Control
from domain.result import Cause, TrainingError

_WORDS = {Control.STOP: "stopped", Control.PAUSE: "paused", Control.SKIP: "skipped"}


class SkippedJobError(TrainingError):
    """Somebody decided against the job while it was trained."""

    def __init__(self) -> None:
        super().__init__(Cause.STOPPED_BY_USER, "skipped while it was trained")


class Wishes:
    """Asks control, and remembers what it said.

    The first wish to end counts, and nobody is asked after it; a wish for a checkpoint is kept
    until it is taken.
    """

    def __init__(self, control: Callable[[], Control]) -> None:
        self._control = control
        self._save = False
        self.ending = Control.GO_ON

    @property
    def goes_on(self) -> bool:
        """Tell whether nobody has asked for the end."""
        return self.ending is Control.GO_ON

    def ask(self) -> bool:
        """Ask once more, and tell whether the job goes on."""
        if self.goes_on:
            wish = self._control()
            if wish is Control.CHECKPOINT:
                self._save = True
            else:
                self.ending = wish
        return self.goes_on

    def take_save(self) -> bool:
        """Tell whether a checkpoint is wished for, once for each wish."""
        wished, self._save = self._save, False
        return wished

    def control(self) -> Control:
        """Be asked in turn: whatever was heard before is said again, a checkpoint once."""
        if self.ask() and self.take_save():
            return Control.CHECKPOINT
        return self.ending

    def require(self, doing: str) -> None:
        """Ask once more, and leave where somebody wants the end."""
        if not self.ask():
            raise interruption(self.ending, doing)


def interruption(wish: Control, doing: str) -> TrainingError:
    """Say in a job's causes that somebody ended its attempt, and in the midst of what."""
    if wish is Control.SKIP:
        return SkippedJobError()
    cause = Cause.PAUSED if wish is Control.PAUSE else Cause.STOPPED_BY_USER
    return TrainingError(cause, f"{_WORDS[wish]} {doing}")
