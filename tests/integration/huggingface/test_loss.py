"""The loss is that of the network's own logits at the trained tokens, without ever making them."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import (
    CohereConfig,
    CohereForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
)

from adapters.huggingface.batches import packed_tensors, padded_tensors
from adapters.huggingface.head import is_plain
from adapters.huggingface.loss import SummedLoss, trained_count
from adapters.huggingface.precision import at_least_float32
from domain.masking import Span
from tests.courses import a_row

pytestmark = pytest.mark.slow

SIZES: dict[str, Any] = {
    "vocab_size": 900,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    "initializer_range": 0.3,
    "pad_token_id": 0,
}
ODD = {
    "capped": lambda: Gemma2ForCausalLM(Gemma2Config(**SIZES, head_dim=8)),
    "divided": lambda: GraniteForCausalLM(GraniteConfig(**SIZES, logits_scaling=8.0)),
    "scaled": lambda: CohereForCausalLM(CohereConfig(**SIZES, logit_scale=0.25)),
}
ROWS = [
    replace(a_row(1, length=9), trained=(Span(0, 3), Span(6, 9))),
    a_row(2, length=4),
    replace(a_row(3, length=700), trained=(Span(0, 600),)),
]


def a_network(*, tied: bool = True, bias: bool = False) -> Any:
    torch.manual_seed(0)
    network = LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=tied))
    if bias:
        network.lm_head.bias = torch.nn.Parameter(torch.randn(900))
    return network


def by_the_logits(network: Any) -> torch.Tensor:
    """Give the sum over rows that are read one by one, from all of their logits."""
    sums = []
    for row in ROWS:
        places = [at for span in row.trained for at in range(max(span.start, 1), span.end)]
        logits = network(input_ids=torch.tensor([row.ids])).logits[0, [at - 1 for at in places]]
        logits = at_least_float32(logits)
        wanted = torch.tensor([row.ids[at] for at in places])
        sums.append(cross_entropy(logits, wanted, reduction="sum"))
    return torch.stack(sums).sum()


def gradients(network: Any, loss: torch.Tensor) -> list[torch.Tensor]:
    return list(torch.autograd.grad(loss, list(network.parameters()), allow_unused=True))


@pytest.mark.parametrize("bias", ["bias", "no bias"])
@pytest.mark.parametrize("tied", ["tied", "untied"])
@pytest.mark.parametrize("lay", [packed_tensors, lambda rows: padded_tensors(rows, 0)])
def test_loss_and_gradient_are_those_of_the_whole_logits(lay: Any, tied: str, bias: str) -> None:
    network, batch = a_network(tied=tied == "tied", bias=bias == "bias"), lay(ROWS)
    wanted, found = by_the_logits(network), SummedLoss(network)(network, batch)
    assert trained_count(batch) == 5 + 2 + 599
    assert float(found.detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)
    pairs = zip(gradients(network, found), gradients(network, wanted), strict=True)
    assert all(float((one - other).norm() / other.norm()) < 1e-4 for one, other in pairs)


@pytest.mark.parametrize("kind", ODD)
def test_a_network_that_does_more_than_multiply_says_its_logits_itself(kind: str) -> None:
    torch.manual_seed(0)
    network = ODD[kind]().eval()
    assert not is_plain(network)
    found = SummedLoss(network)(network, packed_tensors(ROWS))
    assert float(found.detach()) == pytest.approx(float(by_the_logits(network).detach()), rel=1e-4)


def test_a_plain_head_never_says_logits() -> None:
    network = a_network()
    loss = SummedLoss(network)
    network.lm_head.register_forward_hook(lambda *_: pytest.fail("all logits were made"))
    loss(network, packed_tensors(ROWS)).backward()


def test_looking_at_the_head_leaves_the_network_as_it_was() -> None:
    network = a_network().train()
    state = torch.get_rng_state()
    assert is_plain(network)
    assert network.training
    assert not network.lm_head._forward_hooks
    assert not network.model._forward_hooks
    assert torch.equal(torch.get_rng_state(), state)


def test_coarse_numbers_are_added_up_finely() -> None:
    network, batch = a_network(), packed_tensors(ROWS)
    fine = SummedLoss(network)(network, batch)
    coarse_network = a_network().to(torch.bfloat16)
    coarse = SummedLoss(coarse_network)(coarse_network, batch)
    assert coarse.dtype is torch.float32
    by_logits = float(by_the_logits(coarse_network).detach())
    assert float(coarse.detach()) == pytest.approx(by_logits, rel=1e-3)
    wanted, found = gradients(network, fine), gradients(coarse_network, coarse)
    pairs = zip(found, wanted, strict=True)
    assert all(float((one.float() - other).norm() / other.norm()) < 0.1 for one, other in pairs)


def test_a_loss_is_measured_without_gradients_as_well() -> None:
    network, batch = a_network(), packed_tensors(ROWS)
    with torch.inference_mode():
        measured = float(SummedLoss(network)(network, batch))
    assert measured == pytest.approx(float(by_the_logits(network).detach()), rel=1e-5)
