"""A real model that does not fit as it was asked to, and equipment that is not as asked."""

import errno
import os
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Course
from domain.ladder import Rung, on_rung, rungs
from domain.result import Cause, Ending, TrainingError
from domain.settings.model import Attention, ModelSettings, Precision
from domain.settings.settings import Settings
from tests.courses import START, Watcher, a_course
from tests.heroes import a_hero
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow


def tight(most_rows: int) -> LoadedModel:
    """Give a model without dropout that bursts while it learns from more rows at once."""
    model = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model

    def burst(network: Any, _: object, inputs: dict[str, Any]) -> None:
        if network.training and len(inputs["input_ids"]) > most_rows:
            raise torch.OutOfMemoryError("CUDA out of memory")

    model.network.base_model.register_forward_pre_hook(burst, with_kwargs=True)
    return model


def with_model(course: Course, **wishes: Any) -> Course:
    return replace(course, settings=replace(course.settings, model=ModelSettings(**wishes)))


def on(course: Course, rung: Rung) -> Course:
    return replace(course, settings=on_rung(course.settings, rung))


def test_the_ladder_leads_to_a_batch_that_fits_and_to_the_same_losses(tmp_path: Path) -> None:
    course = a_course(16, held_out=3, per_device_train_batch_size=4)
    roomy = Watcher(tmp_path / "roomy")
    roomy.train(HuggingFaceTrainer(), tight(99), course)

    *too_large, fits = islice(rungs(course.settings.hyperparams), 3)
    assert (fits.micro_batch, fits.accumulation) == (1, 8)
    watcher = Watcher(tmp_path / "tight")
    for rung in too_large:
        with pytest.raises(TrainingError) as fault:
            watcher.train(HuggingFaceTrainer(), tight(1), on(course, rung))
        assert fault.value.cause is Cause.OUT_OF_GPU_MEMORY
    watcher.train(HuggingFaceTrainer(), tight(1), on(course, fits))
    assert [step.loss for step in watcher.steps] == pytest.approx(
        [step.loss for step in roomy.steps], rel=1e-4
    )


@pytest.mark.parametrize(
    ("wish", "difference"),
    [
        ({"dtype": Precision.BFLOAT16}, "model.dtype: asked bfloat16, found float32"),
        ({"attn_implementation": Attention.EAGER}, "model.attn_implementation: asked eager"),
    ],
)
def test_a_model_that_is_not_as_asked_is_not_trained(
    tmp_path: Path, wish: dict[str, Any], difference: str
) -> None:
    watcher = Watcher(tmp_path)
    model = a_model()
    model.network.set_attn_implementation("sdpa")
    with pytest.raises(TrainingError, match=difference) as fault:
        watcher.train(HuggingFaceTrainer(), model, with_model(a_course(), **wish))
    assert fault.value.cause is Cause.CONFIG_ERROR
    assert watcher.saved == []


LACK = [
    (torch.OutOfMemoryError("CUDA out of memory"), Cause.OUT_OF_GPU_MEMORY),
    (torch.AcceleratorError("CUDA error: out of memory", 2), Cause.OUT_OF_GPU_MEMORY),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory"), Cause.OUT_OF_HOST_MEMORY),
    (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), Cause.OUT_OF_HOST_MEMORY),
    (MemoryError(), Cause.OUT_OF_HOST_MEMORY),
]


@pytest.mark.parametrize(("lack", "cause"), LACK)
@pytest.mark.parametrize("place", ["reading", "moving"])
def test_a_checkpoint_that_memory_is_too_small_for_is_not_broken(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    lack: Exception,
    cause: Cause,
) -> None:
    def burst(*_: object, **__: object) -> None:
        raise lack

    model = a_model()
    model.network.save_pretrained(tmp_path)
    model.tokenizer.save_pretrained(tmp_path)
    if place == "reading":
        monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", burst)
    else:
        monkeypatch.setattr(torch.nn.Module, "to", burst)
    with pytest.raises(TrainingError, match="not enough memory for the model") as fault:
        HuggingFaceModelLoader().load(a_hero(), str(tmp_path), Settings())
    assert fault.value.cause is cause


def test_frozen_or_untied_weights_are_noticed(tmp_path: Path) -> None:
    frozen, untied = a_model(), a_model()
    next(frozen.network.parameters()).requires_grad_(False)  # noqa: FBT003 - torch's own form
    config = untied.network.config.get_text_config()
    config.tie_word_embeddings = not config.tie_word_embeddings
    for model, words in ((frozen, "trainable weights"), (untied, "tied weights")):
        with pytest.raises(TrainingError, match=words):
            Watcher(tmp_path).train(HuggingFaceTrainer(), model, a_course())


def test_on_a_lower_rung_a_wish_to_end_waits_for_one_part_of_a_batch(tmp_path: Path) -> None:
    watcher, passes, model = Watcher(tmp_path, stop_after=10), [], a_model()
    model.network.base_model.register_forward_pre_hook(lambda *_: passes.append(watcher.asked))
    course = a_course(32, per_device_train_batch_size=8, gradient_accumulation_steps=1)
    rung = Rung(micro_batch=1, accumulation=8, activation_checkpointing=False)
    outcome = watcher.train(HuggingFaceTrainer(), model, on(course, rung))
    assert passes[-1] == 10, "nobody was asked between two parts"
    assert outcome.ending is Ending.STOPPED
    assert (len(watcher.steps), watcher.saved) == (1, [START + 1])

    whole, resumed = Watcher(tmp_path / "whole"), Watcher(tmp_path / "resumed")
    whole.train(HuggingFaceTrainer(), a_model(), on(course, rung))
    rest = replace(on(course, rung), resume_from=watcher.last)
    resumed.train(HuggingFaceTrainer(), a_model(), rest)
    assert [s.loss for s in watcher.steps + resumed.steps] == [s.loss for s in whole.steps]
