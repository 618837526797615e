"""Packed rows see nothing of each other, or the proof says where they do."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from adapters.huggingface.proof import prove
from adapters.huggingface.segments import Segments
from tests.courses import a_row
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow

A, B = a_row(1, length=9), a_row(2, length=14)


def running_mean(_: Any, __: Any, output: Any) -> Any:
    """A state that is carried from token to token, as in a recurrent layer."""
    hidden = output[0] if isinstance(output, tuple) else output
    count = torch.arange(1, hidden.shape[1] + 1)[None, :, None]
    leaked = hidden + 0.1 * hidden.cumsum(1) / count
    return (leaked, *output[1:]) if isinstance(output, tuple) else leaked


def neighbours(_: Any, __: Any, output: Any) -> Any:
    """A short convolution: each token takes something of the one before it."""
    hidden = output[0] if isinstance(output, tuple) else output
    leaked = hidden + 0.1 * hidden.roll(1, dims=1)
    return (leaked, *output[1:]) if isinstance(output, tuple) else leaked


@pytest.mark.parametrize("attention", ["segmented_sdpa", "sdpa", "eager"])
def test_a_model_that_keeps_rows_apart_passes(attention: str) -> None:
    network = a_model().network
    network.set_attn_implementation(attention)
    proof = prove(network, A, B)
    assert proof.holds
    assert proof.difference < 1e-5
    assert proof.attention == attention


@pytest.mark.parametrize("state", [running_mean, neighbours])
@pytest.mark.parametrize("layer", [0, 1])
def test_a_model_with_leaking_state_is_caught_in_the_layer_where_it_leaks(
    state: Callable[..., Any], layer: int
) -> None:
    network = a_model().network
    network.model.layers[layer].register_forward_hook(state, prepend=True)
    proof = prove(network, A, B)
    assert not proof.holds
    assert proof.layer == f"model.layers.{layer}"
    assert proof.difference > proof.tolerance


def test_attention_that_looks_across_rows_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    network = a_model().network
    forward = network.forward
    # Positions that never begin anew are those of a trainer that only concatenates.
    monkeypatch.setattr(
        network,
        "forward",
        lambda **given: forward(
            **{
                **given,
                "position_ids": torch.arange(given["input_ids"].shape[1])[None],
                "segments": Segments((given["input_ids"].shape[1],)),
            }
        ),
    )
    assert not prove(network, A, B).holds


def test_a_network_that_says_nothing_finite_is_no_proof() -> None:
    network = a_model().network
    with torch.no_grad():
        network.model.norm.weight.fill_(torch.nan)
    assert not prove(network, A, B).holds


def test_the_network_is_left_in_its_mode() -> None:
    network = a_model().network.train()
    prove(network, A, B)
    assert network.training
