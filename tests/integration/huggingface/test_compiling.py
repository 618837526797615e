"""Layers that torch compiles learn what they learn without, and resume to the bit."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch._dynamo.utils import counters
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from adapters.huggingface.compiling import compiled, is_compiled
from adapters.huggingface.lack_of_memory import lack_of_memory_noticed
from adapters.huggingface.loaded_model import LoadedModel, weights_digest
from adapters.huggingface.loop import Interrupted
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.segments import segmented_sdpa
from adapters.huggingface.silence import silence
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Course
from domain.result import Cause, TrainingError
from domain.settings.model import ModelSettings, Precision
from domain.settings.settings import Settings
from tests.courses import Watcher, a_course, with_settings
from tests.heroes import a_hero

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("programs"))


@pytest.fixture(autouse=True)
def _afresh(programs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", programs)
    torch.compiler.reset()
    counters.clear()


def a_model(precision: Precision = Precision.FLOAT32) -> LoadedModel:
    wish = Settings(model=ModelSettings(dtype=precision))
    return HuggingFaceModelLoader().load(a_hero(), "", wish).model


def a_long_course(**wishes: Any) -> Course:
    course = a_course(40, num_train_epochs=3, packed=True, max_length=60, held_out=2, **wishes)
    return with_settings(course, {"model.compile": True})


def trained(folder: Path, model: LoadedModel, course: Course, **wishes: float) -> Watcher:
    watch = Watcher(folder, **wishes)
    watch.train(HuggingFaceTrainer(), model, course)
    return watch


@pytest.mark.very_slow
def test_a_job_learns_what_it_learns_without_programs(tmp_path: Path) -> None:
    course, model = a_long_course(), a_model()
    found = trained(tmp_path / "compiled", model, course)
    plain = with_settings(course, {"model.compile": False})
    wanted = trained(tmp_path / "plain", a_model(), plain)
    assert [each.compiled for each in (*found.equipments, *wanted.equipments)] == [True, False]
    losses = [step.loss for step in wanted.steps]
    assert [step.loss for step in found.steps] == pytest.approx(losses, rel=1e-3)
    assert found.evaluations[0] == wanted.evaluations[0]  # measured without programs
    assert not is_compiled(model.network)
    assert ALL_ATTENTION_FUNCTIONS["segmented_sdpa"] is segmented_sdpa


def graphs_of(folder: Path, course: Course) -> int:
    before = counters["stats"]["unique_graphs"]
    trained(folder, a_model(), course)
    return int(counters["stats"]["unique_graphs"] - before)


@pytest.mark.very_slow
def test_no_pack_is_compiled_anew_and_each_job_of_a_process_is_compiled(tmp_path: Path) -> None:
    few = graphs_of(tmp_path / "few", replace(a_long_course(max_steps=2), held_out=()))
    many = graphs_of(tmp_path / "many", a_long_course(eval_steps=1))  # measured without programs
    assert few == many > 0
    padded = with_settings(a_course(max_steps=2), {"model.compile": True})
    assert graphs_of(tmp_path / "padded", padded) > 0


@pytest.mark.very_slow
@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.MIXED])
def test_a_resumed_run_ends_in_the_same_bits(tmp_path: Path, precision: Precision) -> None:
    course, model, other = a_long_course(), a_model(precision), a_model(precision)
    whole = trained(tmp_path / "whole", model, course)
    first = trained(tmp_path / "parts", a_model(precision), course, stop_after=6)
    torch.compiler.reset()  # as in another process
    second = trained(tmp_path / "parts", other, replace(course, resume_from=first.last))
    assert first.steps
    assert second.steps
    losses = [step.loss for step in whole.steps]
    assert [step.loss for step in (*first.steps, *second.steps)] == losses
    assert weights_digest(other.network) == weights_digest(model.network)


def test_a_machine_without_a_compiler_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", (None, "no-such-compiler"))
    with pytest.raises(TrainingError, match="cannot be compiled here") as fault:
        trained(tmp_path, a_model(), a_long_course())
    assert fault.value.cause is Cause.CONFIG_ERROR
    assert "model.compile=false" in fault.value.fix
    with (
        pytest.raises(Interrupted),
        silence(),
        compiled(network := a_model().network, lambda: False),
    ):
        network(input_ids=torch.tensor([[1, 2, 3]]))
    assert not is_compiled(network)
    assert ALL_ATTENTION_FUNCTIONS["segmented_sdpa"] is segmented_sdpa


def of_backend(fault: Exception) -> Exception:
    return torch._dynamo.exc.BackendCompilerFailed(graphs_of, fault, None)


def of_dynamo(fault: Exception) -> Exception:
    return torch._dynamo.exc.InternalTorchDynamoError(f"{type(fault).__name__}: {fault}")


def break_off(fault: Exception, wrap: Callable[[Exception], Exception]) -> None:
    """Raise an error over a fault as torch does: the fault stands behind it, unnamed."""
    try:
        raise fault
    except type(fault) as inner:
        raise wrap(inner) from None


@pytest.mark.parametrize("wrap", [of_backend, of_dynamo])
@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), Cause.DISK_FULL),
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), Cause.OUT_OF_HOST_MEMORY),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), Cause.OUT_OF_HOST_MEMORY),
        (torch.OutOfMemoryError("CUDA"), Cause.OUT_OF_GPU_MEMORY),
    ],
)
def test_a_lack_of_disk_or_memory_is_not_taken_for_a_missing_compiler(
    fault: Exception, cause: Cause, wrap: Callable[[Exception], Exception]
) -> None:
    network = a_model().network
    with (
        pytest.raises(TrainingError) as seen,
        lack_of_memory_noticed("a batch"),
        silence(),
        compiled(network, lambda: True),
    ):
        break_off(fault, wrap)
    assert seen.value.cause is cause


def test_a_model_without_known_layers_is_refused() -> None:
    network = a_model().network
    network.config.num_hidden_layers += 1
    with pytest.raises(TrainingError, match="its layers"), compiled(network, lambda: True):
        pytest.fail("it has none")
