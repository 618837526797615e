import errno
from pathlib import Path

import pytest
import torch

from adapters.huggingface.loaded_model import weights_digest
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Announce, Write
from domain.result import Cause, TrainingError
from tests.courses import Watcher, a_course
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow


@pytest.fixture
def watch(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def test_diverging_leaves_the_weights_as_they_were(watch: Watcher) -> None:
    model = a_model()
    with torch.no_grad():
        model.network.model.norm.weight.fill_(torch.inf)
    before = weights_digest(model.network)
    with pytest.raises(TrainingError):
        watch.train(HuggingFaceTrainer(), model, a_course())
    assert weights_digest(model.network) == before


@pytest.mark.parametrize("lacking", ["optimizer.pt", "scheduler.pt", "rng_state.pth"])
def test_a_checkpoint_that_lacks_a_file_of_its_state_is_not_trusted(
    watch: Watcher, lacking: str
) -> None:
    watch.train(HuggingFaceTrainer(), a_model(), a_course(save_steps=2))
    half = watch.home / "102"
    (half / lacking).unlink()
    with pytest.raises(TrainingError, match=lacking) as fault:
        watch.train(HuggingFaceTrainer(), a_model(), a_course(resume_from=str(half)))
    assert fault.value.cause is Cause.UNTRUSTED_CHECKPOINT


def test_a_checkpoint_of_a_longer_job_is_not_trusted(watch: Watcher) -> None:
    watch.train(HuggingFaceTrainer(), a_model(), a_course(num_train_epochs=2, save_steps=2))
    with pytest.raises(TrainingError, match="6 steps") as fault:
        watch.train(HuggingFaceTrainer(), a_model(), a_course(resume_from=str(watch.home / "102")))
    assert fault.value.cause is Cause.UNTRUSTED_CHECKPOINT


@pytest.mark.parametrize("full", ["optimizer.pt", "tokenizer.json", "outside"])
def test_a_full_disk_has_its_own_cause(watch: Watcher, full: str) -> None:
    def save(_: int, write: Write) -> Announce:
        if full == "outside":
            raise OSError(errno.ENOSPC, "No space left on device")
        watch.home.mkdir(exist_ok=True)
        (watch.home / full).symlink_to("/dev/full")
        write(str(watch.home))
        return lambda: None

    with pytest.raises(TrainingError) as fault:
        HuggingFaceTrainer().train(
            a_model(), a_course(), save=save, control=watch.control, tell=watch.tell
        )
    assert fault.value.cause is Cause.DISK_FULL


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), Cause.OUT_OF_GPU_MEMORY),
        (MemoryError(), Cause.OUT_OF_HOST_MEMORY),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
            Cause.OUT_OF_HOST_MEMORY,
        ),
    ],
)
def test_lack_of_memory_has_its_own_cause(watch: Watcher, fault: Exception, cause: Cause) -> None:
    def burst(*_: object) -> None:
        raise fault

    model = a_model()
    model.network.base_model.register_forward_pre_hook(burst)
    with pytest.raises(TrainingError) as found:
        watch.train(HuggingFaceTrainer(), model, a_course())
    assert found.value.cause is cause


def test_a_fault_of_the_network_is_no_training_error(watch: Watcher) -> None:
    def burst(*_: object) -> None:
        raise ValueError("a bug")

    model = a_model()
    model.network.base_model.register_forward_pre_hook(burst)
    with pytest.raises(ValueError, match="a bug"):
        watch.train(HuggingFaceTrainer(), model, a_course())
