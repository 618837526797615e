"""Trains with transformers, under guild's order, masks, checkpoints and control."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import torch

from adapters.huggingface.checkpoints import programs_refused
from adapters.huggingface.device import use_threads
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.proof import prove
from adapters.huggingface.run import Run
from adapters.huggingface.silence import silence
from application.ports.trainer import Control, Course, Outcome, Save, Trainer
from domain.masking import Encoded
from domain.receipts import PackingProof
from domain.reports import Report
from domain.result import Cause, TrainingError

_NO_HOST_MEMORY = "DefaultCPUAllocator: can't allocate memory"


class HuggingFaceTrainer(Trainer[LoadedModel]):
    """Changes the weights of the loaded network in place."""

    def prove(self, model: LoadedModel, first: Encoded, second: Encoded) -> PackingProof:
        """Look at every layer."""
        with silence(), _lack_of_memory_noticed():
            return prove(model.network, first, second)

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
        with (
            TemporaryDirectory() as folder,
            silence(),
            _lack_of_memory_noticed(),
            programs_refused(course.resume_from),
        ):
            return Run(model, course, folder, save=save, control=control, tell=tell).execute()


@contextmanager
def _lack_of_memory_noticed() -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise TrainingError(
            Cause.OUT_OF_GPU_MEMORY, "the GPU has not enough memory for a batch"
        ) from error
    except MemoryError as error:
        raise _host_memory() from error
    except RuntimeError as error:
        if _NO_HOST_MEMORY in str(error):
            raise _host_memory() from error
        raise


def _host_memory() -> TrainingError:
    return TrainingError(Cause.OUT_OF_HOST_MEMORY, "this machine has not enough memory for a batch")
