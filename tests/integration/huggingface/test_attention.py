from typing import Any

import pytest
import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from adapters.huggingface.attention import choose_attention
from adapters.huggingface.tiny_model import build_network
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Attention

pytestmark = pytest.mark.slow


class WithoutSdpa(Qwen3ForCausalLM):
    def set_attn_implementation(self, attn_implementation: str, **_: object) -> None:
        if attn_implementation == "sdpa":
            raise ValueError("this model has no sdpa")
        super().set_attn_implementation(attn_implementation)


class WrongSdpa(Qwen3ForCausalLM):
    def forward(self, *arguments: Any, **inputs: Any) -> Any:
        if self.config._attn_implementation == "sdpa":
            inputs["attention_mask"] = None
        return super().forward(*arguments, **inputs)


class TestAttention:
    @pytest.fixture(params=[WithoutSdpa, WrongSdpa])
    def network(self, request: pytest.FixtureRequest) -> Any:
        torch.manual_seed(0)
        return request.param(
            Qwen3Config(
                vocab_size=64, hidden_size=32, intermediate_size=32, num_hidden_layers=1,
                num_attention_heads=2, num_key_value_heads=2, head_dim=16, initializer_range=0.5,
            )
        )  # fmt: skip

    def test_auto_falls_back_to_the_plain_one(self, network: Any) -> None:
        assert choose_attention(network, Attention.AUTO) == "eager"
        assert network.config._attn_implementation == "eager"

    def test_an_explicit_wish_is_refused_and_not_replaced(self, network: Any) -> None:
        with pytest.raises(ModelUnavailableError):
            choose_attention(network, Attention.SDPA)

    def test_a_trial_leaves_no_gradient_behind(self) -> None:
        network = build_network(0, 495, 64)
        assert choose_attention(network, Attention.AUTO) == "sdpa"
        assert all(weights.grad is None for weights in network.parameters())
        assert network.config._attn_implementation == "sdpa"
