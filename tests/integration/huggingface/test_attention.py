"""The fastest attention that computes what the plain one computes is taken, and no other."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    Llama4ForCausalLM,
    Llama4TextConfig,
    MistralConfig,
    MistralForCausalLM,
    PhimoeConfig,
    PhimoeForCausalLM,
    Qwen2MoeConfig,
    Qwen2MoeForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from adapters.huggingface.attention import choose_attention, trials
from adapters.huggingface.batches import network_inputs, packed_tensors
from adapters.huggingface.tiny_model import build_network
from application.ports.engine_probe import TriedAttention
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Attention
from tests.courses import a_row

pytestmark = pytest.mark.slow

FAST = ("segmented_sdpa", "sdpa")
SIZES: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "initializer_range": 0.5,
}


class WithoutSdpa(Qwen3ForCausalLM):
    def set_attn_implementation(self, attn_implementation: str, **_: object) -> None:
        if attn_implementation in FAST:
            raise ValueError("this model has no sdpa")
        super().set_attn_implementation(attn_implementation)


class SeesPadding(Qwen3ForCausalLM):
    def forward(self, *arguments: Any, **inputs: Any) -> Any:
        mask = inputs.get("attention_mask")
        if self.config._attn_implementation in FAST and mask is not None and mask.dim() == 2:
            inputs["attention_mask"] = None
        return super().forward(*arguments, **inputs)


class SeesNeighbours(Qwen3ForCausalLM):
    def forward(self, *arguments: Any, **inputs: Any) -> Any:
        if self.config._attn_implementation in FAST and "position_ids" in inputs:
            length = inputs["position_ids"].shape[1]
            inputs["attention_mask"] = torch.ones(1, 1, length, length).tril().log()
            inputs.pop("segments", None)
        return super().forward(*arguments, **inputs)


def of_class(kind: type[Any]) -> Any:
    torch.manual_seed(0)
    return kind(Qwen3Config(**SIZES))


@pytest.fixture(params=[WithoutSdpa, SeesPadding, SeesNeighbours])
def network(request: pytest.FixtureRequest) -> Any:
    return of_class(request.param)


def verdicts(network: Any) -> dict[str, str]:
    return {str(trial.attention): trial.refusal for trial in trials(network)}


def test_auto_falls_back_to_the_plain_one_and_says_why(network: Any) -> None:
    *others, chosen = choose_attention(network, Attention.AUTO)
    assert chosen == TriedAttention(Attention.EAGER, "")
    assert network.config._attn_implementation == "eager"
    assert [str(each.attention) for each in others] == ["flash_attention_2", *FAST]
    assert all(each.refusal for each in others)


@pytest.mark.parametrize("wish", [Attention.SDPA, Attention.SEGMENTS])
def test_an_explicit_wish_is_refused_with_its_reason_and_not_replaced(
    network: Any, wish: Attention
) -> None:
    with pytest.raises(ModelUnavailableError) as refusal:
        choose_attention(network, wish)
    assert f"{wish}: " in refusal.value.why


def test_without_the_plain_one_there_is_nothing_to_compare_with() -> None:
    class Fixed(Qwen3ForCausalLM):
        def set_attn_implementation(self, attn_implementation: str, **_: object) -> None:
            raise ValueError(f"no {attn_implementation} here. See the manual")

    with pytest.raises(ModelUnavailableError) as refusal:
        choose_attention(of_class(Fixed), Attention.AUTO)
    assert "nothing to compare it with: no eager here" in refusal.value.why


def test_lack_of_memory_says_nothing_about_an_attention() -> None:
    class Short(Qwen3ForCausalLM):
        def forward(self, *arguments: Any, **inputs: Any) -> Any:
            if self.config._attn_implementation in FAST:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().forward(*arguments, **inputs)

    with pytest.raises(torch.OutOfMemoryError):
        choose_attention(of_class(Short), Attention.AUTO)


def test_a_trial_leaves_no_gradient_behind() -> None:
    network = build_network(0, 495, 64)
    assert choose_attention(network, Attention.AUTO)[-1].attention is Attention.SEGMENTS
    assert all(weights.grad is None for weights in network.parameters())
    assert network.config._attn_implementation == "segmented_sdpa"


def test_every_attention_of_torch_passes_with_an_ordinary_model() -> None:
    found = verdicts(build_network(0, 495, 64))
    assert {name for name, refusal in found.items() if not refusal} == {*FAST, "eager"}
    assert found["flash_attention_2"]


def test_windows_that_slide_are_seen_by_every_attention() -> None:
    torch.manual_seed(0)
    layers = ["sliding_attention", "full_attention"]
    config = Qwen3Config(**SIZES, use_sliding_window=True, sliding_window=3, layer_types=layers)
    found = verdicts(Qwen3ForCausalLM(config))
    assert not any(found[name] for name in FAST)


SLIDING = {
    "mistral": lambda: MistralForCausalLM(MistralConfig(**SIZES, sliding_window=8)),
    "qwen3": lambda: Qwen3ForCausalLM(
        Qwen3Config(
            **SIZES,
            use_sliding_window=True,
            sliding_window=8,
            layer_types=["sliding_attention", "full_attention"],
        )
    ),
    "qwen2_moe": lambda: Qwen2MoeForCausalLM(
        Qwen2MoeConfig(
            **SIZES,
            use_sliding_window=True,
            sliding_window=8,
            layer_types=["sliding_attention"] * 2,
            num_experts=2,
            num_experts_per_tok=1,
            moe_intermediate_size=16,
            shared_expert_intermediate_size=16,
        )
    ),
    "phimoe": lambda: PhimoeForCausalLM(
        PhimoeConfig(**SIZES, sliding_window=8, num_local_experts=2, pad_token_id=0)
    ),
}


@pytest.mark.parametrize("kind", SLIDING)
def test_the_chosen_attention_keeps_a_window_shorter_than_the_rows(kind: str) -> None:
    torch.manual_seed(0)
    network = SLIDING[kind]().eval()
    rows = [a_row(1, length=40), a_row(2, length=30)]
    rows = [replace(row, ids=tuple(each % SIZES["vocab_size"] for each in row.ids)) for row in rows]
    choose_attention(network, Attention.AUTO)
    with torch.inference_mode():
        packed = network_inputs(network, packed_tensors(rows))
        found = network(**packed, use_cache=False).logits[0]
        network.set_attn_implementation("eager")
        alone = [network(input_ids=torch.tensor([row.ids])).logits[0] for row in rows]
    plain = torch.cat(alone)
    assert (found - plain).norm() < 1e-3 * plain.norm()


@pytest.mark.parametrize(("kind", "told"), [("mistral", True), ("phimoe", False)])
def test_segments_are_refused_where_a_window_is_only_in_the_mask(kind: str, *, told: bool) -> None:
    torch.manual_seed(0)
    refusal = verdicts(SLIDING[kind]())["segmented_sdpa"]
    assert (refusal == "") is told
    assert told or "in its mask alone" in refusal


def test_a_cap_on_the_scores_is_not_lost_without_a_word() -> None:
    torch.manual_seed(0)
    network = Gemma2ForCausalLM(Gemma2Config(**SIZES, attn_logit_softcapping=50.0))
    found = verdicts(network)
    assert found["segmented_sdpa"]
    assert not found["eager"]


def test_a_model_that_looks_back_over_chunks_is_not_given_segments() -> None:
    torch.manual_seed(0)
    sizes = {**SIZES, "num_local_experts": 2, "attention_chunk_size": 8192, "pad_token_id": 0}
    network = Llama4ForCausalLM(Llama4TextConfig(**sizes, intermediate_size_mlp=32))
    assert "chunks" in verdicts(network)["segmented_sdpa"]
