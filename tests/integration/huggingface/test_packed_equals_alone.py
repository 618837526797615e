"""A step over packed, padded or accumulated rows learns what the same rows teach one by one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

from adapters.huggingface.batches import packed_tensors
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.proof import prove
from adapters.huggingface.segments import Segments
from adapters.huggingface.tiny_model import build_tokenizer
from domain.masking import Span
from tests.courses import a_row
from tests.integration.huggingface.gradients import (
    Way,
    distance,
    first_step,
    nothing_in_single_precision,
    of_a_batch,
    one_by_one,
)

pytestmark = pytest.mark.slow

SIZES: dict[str, Any] = {
    "vocab_size": 500,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 128,
    "initializer_range": 0.2,
}
NETWORKS: dict[str, Callable[..., Any]] = {
    "qwen3": lambda *, tied: Qwen3ForCausalLM(Qwen3Config(**SIZES, tie_word_embeddings=tied)),
    "llama": lambda *, tied: LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=tied)),
}
ROWS = (
    a_row(1, length=11),
    replace(a_row(2, length=7), trained=(Span(0, 7),)),
    replace(a_row(3, length=13), trained=(Span(2, 4), Span(7, 8), Span(10, 13))),
    replace(a_row(4, length=2), trained=(Span(1, 2),)),
    replace(a_row(5, length=2), trained=(Span(0, 2),)),
    a_row(6, length=24),
    a_row(7, length=5),
)


WAYS = {
    "a row in a pass": Way(packed=True, size=1, passes=7, max_length=24),
    "packs": Way(packed=True, size=1, passes=3, max_length=32),
    "several packs in a pass": Way(packed=True, size=2, passes=2, max_length=24),
    "everything in one pack": Way(packed=True, size=1, passes=1, max_length=64),
    "padded": Way(packed=False, size=7, passes=1, max_length=24),
    "padded and accumulated": Way(packed=False, size=2, passes=4, max_length=24),
    "accumulated": Way(packed=False, size=1, passes=7, max_length=24),
}


@pytest.fixture(params=NETWORKS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["tied", "untied"])
def head(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["segmented_sdpa", "sdpa", "eager"])
def model(request: pytest.FixtureRequest, kind: str, head: str) -> LoadedModel:
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(0)
        network = NETWORKS[kind](tied=head == "tied")
    network.to(torch.float64).set_attn_implementation(request.param)
    return LoadedModel(network, build_tokenizer(), (2,))


def test_loss_and_gradient_of_a_step_are_those_of_its_rows_one_by_one(model: LoadedModel) -> None:
    before = {name: each.clone() for name, each in model.network.state_dict().items()}
    with nothing_in_single_precision():
        loss, gradient = one_by_one(model.network, ROWS)
        for name, way in WAYS.items():
            model.network.load_state_dict(before)
            found, moved = first_step(model, ROWS, way)
            assert found == pytest.approx(loss, rel=1e-9), name
            assert distance(moved, gradient) < 1e-9, name
            for weight, wanted in gradient.items():
                assert distance({"": moved[weight]}, {"": wanted}) < 1e-9, (name, weight)


def test_rows_that_see_each_other_would_be_noticed(model: LoadedModel) -> None:
    batch = packed_tensors(ROWS)
    length = batch["input_ids"].shape[1]
    batch |= {"position_ids": torch.arange(length)[None], "segments": Segments((length,))}
    _, gradient = one_by_one(model.network, ROWS)

    assert distance(of_a_batch(model.network, batch)[1], gradient) > 1e-2


def test_a_label_on_the_first_token_of_a_row_would_be_noticed(model: LoadedModel) -> None:
    batch = packed_tensors(ROWS)
    place, target = len(ROWS[0].ids) - 1, ROWS[1].ids[0]
    batch["places"] = torch.cat([batch["places"], torch.tensor([place])])
    batch["targets"] = torch.cat([batch["targets"], torch.tensor([target])])
    _, gradient = one_by_one(model.network, ROWS)

    assert distance(of_a_batch(model.network, batch)[1], gradient) > 1e-2


def test_the_proof_is_as_fine_as_the_model(model: LoadedModel) -> None:
    with nothing_in_single_precision():
        proof = prove(model.network, ROWS[0], ROWS[5])

    assert proof.holds
    assert proof.difference < 1e-12
