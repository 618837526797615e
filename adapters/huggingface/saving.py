"""Makes the checkpoints of one attempt."""

from collections.abc import Callable
from functools import partial

from adapters.huggingface.checkpoints import State, full_disk_noticed, write_checkpoint
from adapters.huggingface.circumstances import Circumstances, write_circumstances
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.snapshots import Snapshots
from adapters.huggingface.writer import Writer
from application.ports.trainer import Announce, Course, Save, Write
from application.wishes import Wishes
from domain.reports import Phase, PhaseBegun, Report

_PATIENCE_SECONDS = 2.0


class Saving:
    """Writes beside the training where that is wished and memory allows; else training waits.

    The files are the same in both ways. Steps count over the campaign.
    """

    def __init__(
        self,
        model: LoadedModel,
        course: Course,
        circumstances: Circumstances,
        snapshots: Snapshots,
        writer: Writer,
        *,
        save: Save,
        wishes: Wishes,
        tell: Callable[[Report], None],
    ) -> None:
        self._model, self._course, self._circumstances = model, course, circumstances
        self._snapshots, self._writer = snapshots, writer
        self._save_outside, self._wishes, self._tell = save, wishes, tell
        self._step = 0

    def save(self, step: int, state: State, *, training_goes_on: bool) -> None:
        """Make a checkpoint; where training goes on, it may be made and announced later."""
        self.wait()
        self._step = step
        self._tell(PhaseBegun(Phase.SAVING, f"step {step}"))
        wished = self._course.settings.checkpoint.asynchronous and training_goes_on
        if wished and (copy := self._snapshots.take(state)):
            self._writer.begin(partial(self._make, step, partial(self._write, copy)))
        else:
            announce = self._make(step, partial(self._write_and_listen, state))
            announce()
        self._tell(PhaseBegun(Phase.TRAINING))

    def wait(self) -> None:
        """Let nothing be under way."""
        if self._writer.busy:
            self._tell(PhaseBegun(Phase.SAVING, f"step {self._step}"))
        while not self._writer.done_within(_PATIENCE_SECONDS):
            self._listen()
        self._writer.settle()

    def look(self) -> None:
        """Announce what is done, raise what failed, and wait for nothing."""
        if not self._writer.busy:
            self._writer.settle()

    def _make(self, step: int, write: Write) -> Announce:
        with full_disk_noticed("save a checkpoint"):
            return self._save_outside(step, write)

    def _write(self, state: State, location: str) -> None:
        write_checkpoint(location, self._model, state, self._course.plan)
        write_circumstances(location, self._circumstances)

    def _write_and_listen(self, state: State, location: str) -> None:
        self._write(state, location)
        self._listen()

    def _listen(self) -> None:
        if not self._wishes.ask():
            self._tell(PhaseBegun(Phase.SAVING, f"step {self._step}, stopping after this save"))
