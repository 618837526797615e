"""Weights that are kept in float32 and multiplied in bfloat16."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from adapters.huggingface.attention import trials
from adapters.huggingface.batches import packed_tensors
from adapters.huggingface.loaded_model import LoadedModel, weights_digest
from adapters.huggingface.loss import SummedLoss
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.proof import prove
from adapters.huggingface.speaker import Speaker
from adapters.huggingface.trainer import HuggingFaceTrainer
from domain.settings.hyperparams import Schedule
from domain.settings.model import Attention, ModelSettings, Precision
from domain.settings.settings import Settings
from tests.courses import Watcher, a_course, a_row
from tests.heroes import a_hero

pytestmark = pytest.mark.slow

ROWS = [a_row(1, length=300), a_row(2, length=9), a_row(3, length=40)]


def a_model(precision: Precision = Precision.MIXED) -> LoadedModel:
    wish = Settings(model=ModelSettings(dtype=precision))
    return HuggingFaceModelLoader().load(a_hero(), "", wish).model


def products_of(network: Any, *, in_training: bool = True) -> set[torch.dtype]:
    """Give a set that fills with the formats that a layer's products come in."""
    seen = set[torch.dtype]()
    network.base_model.layers[0].mlp.up_proj.register_forward_hook(
        lambda layer, _, found: seen.add(found.dtype) if layer.training is in_training else None
    )
    return seen


def summed(network: Any, products: torch.dtype | None) -> tuple[float, torch.Tensor]:
    loss = SummedLoss(network, products)(network, packed_tensors(ROWS))
    gradients = torch.autograd.grad(loss, list(network.parameters()))
    return float(loss.detach()), torch.cat([each.flatten() for each in gradients])


def test_what_was_loaded_says_what_it_is() -> None:
    wish = Settings(model=ModelSettings(dtype=Precision.MIXED))
    loaded = HuggingFaceModelLoader().load(a_hero(), "", wish)
    assert loaded.facts.dtype == "mixed"
    assert loaded.model.network.dtype is torch.float32


@pytest.mark.parametrize("head", ["plain", "capped"])
def test_loss_and_gradient_are_those_of_float32_but_for_rounding(head: str) -> None:
    network = a_model().network.train()
    if head == "capped":
        network.lm_head.register_forward_hook(lambda _, __, found: found.tanh() * 5)
    seen = products_of(network)
    loss, gradient = summed(network, None)
    assert seen == {torch.float32}
    seen.clear()
    coarse, coarse_gradient = summed(network, torch.bfloat16)
    assert seen == {torch.bfloat16}
    assert coarse == pytest.approx(loss, rel=1e-2)
    assert coarse != loss
    assert coarse_gradient.dtype is torch.float32
    assert float((coarse_gradient - gradient).norm() / gradient.norm()) < 0.05


def only_coarse(*given: Any, **named: Any) -> Any:
    """Attend as flash-attention does, which takes no other numbers."""
    if not torch.is_autocast_enabled("cpu"):
        raise RuntimeError("only 16-bit numbers")
    return sdpa_attention_forward(*given, **named)


def test_an_attention_for_coarse_numbers_never_meets_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = a_model().network
    network.set_attn_implementation("sdpa")
    monkeypatch.setitem(ALL_ATTENTION_FUNCTIONS, "sdpa", only_coarse)
    loss, _ = summed(network, torch.bfloat16)
    assert loss > 0
    with pytest.raises(RuntimeError, match="16-bit"):
        summed(network, None)


def test_a_job_multiplies_in_bfloat16_and_keeps_float32(tmp_path: Path) -> None:
    model, watch = a_model(), Watcher(tmp_path)
    seen = products_of(model.network)
    watch.train(HuggingFaceTrainer(), model, a_course(num_train_epochs=3, held_out=2))
    assert seen == {torch.bfloat16}
    assert [each.dtype for each in watch.equipments] == ["mixed"]
    assert watch.steps[-1].loss < watch.steps[0].loss
    weights = load_file(Path(watch.last) / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}
    circumstances = json.loads((Path(watch.last) / "circumstances.json").read_text())
    assert circumstances["machine"]["dtype"] == "mixed"


@pytest.mark.parametrize(
    ("precision", "least", "most"), [(Precision.MIXED, 0.99, 1.0), (Precision.BFLOAT16, 0.0, 0.2)]
)
def test_small_steps_are_lost_only_in_coarse_weights(
    tmp_path: Path, precision: Precision, least: float, most: float
) -> None:
    model = a_model(precision)
    layer = model.network.base_model.layers[0].mlp.up_proj.weight
    before = layer.detach().clone()
    course = a_course(learning_rate=1e-5, lr_scheduler_type=Schedule.CONSTANT_WITH_WARMUP)
    Watcher(tmp_path).train(HuggingFaceTrainer(), model, course)
    assert least <= float((layer != before).float().mean()) <= most


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_a_resumed_run_ends_in_the_same_bits(tmp_path: Path, *, packed: bool, twice: bool) -> None:
    course = a_course(
        num_train_epochs=3, packed=packed, max_length=17, activation_checkpointing=twice
    )
    whole, first = Watcher(tmp_path / "whole"), Watcher(tmp_path / "parts", stop_after=6)
    model, other = a_model(), a_model()
    whole.train(HuggingFaceTrainer(), model, course)
    first.train(HuggingFaceTrainer(), a_model(), course)
    second = Watcher(tmp_path / "parts")
    second.train(HuggingFaceTrainer(), other, replace(course, resume_from=first.last))
    assert first.steps
    assert second.steps
    losses = [step.loss for step in whole.steps]
    assert [step.loss for step in (*first.steps, *second.steps)] == losses
    assert weights_digest(other.network) == weights_digest(model.network)


@pytest.mark.parametrize("attention", [Attention.SEGMENTS, Attention.SDPA, Attention.EAGER])
def test_packed_rows_do_not_see_each_other(attention: Attention) -> None:
    model = a_model()
    (trial,) = trials(model.network, (attention,), model.products)
    assert not trial.refusal
    proof = prove(model.network, ROWS[1], ROWS[2], model.products)
    assert proof.holds
    assert 1e-5 < proof.tolerance == pytest.approx(0.1)


def test_a_preview_multiplies_as_training_does() -> None:
    model = a_model()
    seen = products_of(model.network, in_training=False)
    Speaker(model, Settings()).answer(["hello"])
    assert seen == {torch.bfloat16}
