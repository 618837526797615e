"""Trains with transformers, under guild's order, masks, checkpoints and control."""

from collections.abc import Callable
from tempfile import TemporaryDirectory

from adapters.huggingface.cautions import cautions
from adapters.huggingface.checkpoints import programs_refused
from adapters.huggingface.device import use_threads
from adapters.huggingface.free_memory import free_memory
from adapters.huggingface.lack_of_memory import lack_of_memory_noticed
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.proof import prove
from adapters.huggingface.run import Run
from adapters.huggingface.silence import silence
from adapters.huggingface.snapshots import Snapshots
from application.ports.trainer import Control, Course, Outcome, Save, Trainer
from domain.masking import Encoded
from domain.receipts import PackingProof
from domain.reports import Report, Warned


def nobody() -> float:
    """Take the machine for one's own."""
    return 0.0


class HuggingFaceTrainer(Trainer[LoadedModel]):
    """Changes the weights of the loaded network in place.

    busy watches the machine for a moment, and gives how many cores others keep busy; free_memory
    gives the bytes that copies of what is saved may take.
    """

    def __init__(
        self, busy: Callable[[], float] = nobody, free_memory: Callable[[], int] = free_memory
    ) -> None:
        self._busy, self._free_memory = busy, free_memory

    def prove(self, model: LoadedModel, first: Encoded, second: Encoded) -> PackingProof:
        """Look at every layer."""
        with silence(), lack_of_memory_noticed("a batch"):
            return prove(model.network, first, second, model.products)

    def train(
        self,
        model: LoadedModel,
        course: Course,
        *,
        save: Save,
        control: Callable[[], Control],
        tell: Callable[[Report], None],
    ) -> Outcome:
        """Run one attempt; transformers gets a folder of its own that vanishes."""
        use_threads(course.settings.environment)
        for remark in cautions(model.network.device, model.formats, self._busy):
            tell(Warned(remark))
        with (
            TemporaryDirectory() as folder,
            silence(),
            lack_of_memory_noticed("a batch"),
            programs_refused(course.resume_from),
        ):
            snapshots = Snapshots(self._free_memory)
            run = Run(model, course, folder, snapshots, save=save, control=control, tell=tell)
            return run.execute()
