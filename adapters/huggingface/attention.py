"""Which attention runs: the fastest one that computes what the plain one computes."""

from typing import Any

import torch

from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Attention

# Share of the length of all numbers together: a wrong mask is off by about 1.
_TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 1e-1}
_ROWS, _LENGTH, _PADDED = 2, 12, 4


def choose_attention(network: Any, wish: Attention) -> str:
    """Switch the network to the wanted attention, or for auto to the first that passes a trial."""
    wanted = (Attention.SDPA, Attention.EAGER) if wish is Attention.AUTO else (wish,)
    for attention in wanted:
        if _passes(network, attention):
            return str(attention)
    raise ModelUnavailableError(
        f"attention '{wish}' does not work with this model on this device",
        why="it fails, or differs from the plain attention beyond rounding",
        fix=("model.attn_implementation=auto",),
    )


def _passes(network: Any, attention: Attention) -> bool:
    """Compare with eager attention, forward and backward, rows with padding among them.

    The network is left with the attention under trial.
    """
    try:
        wanted = _trial(network, Attention.EAGER)
        found = _trial(network, attention)
    except (ImportError, NotImplementedError, RuntimeError, TypeError, ValueError):
        return False
    tolerance = _TOLERANCE[network.dtype]
    return all(_near(mine, theirs, tolerance) for mine, theirs in zip(found, wanted, strict=True))


def _trial(network: Any, attention: Attention) -> tuple[torch.Tensor, torch.Tensor]:
    """Give logits and the gradient at the input; no gradient is stored in the network."""
    network.set_attn_implementation(str(attention))
    embedding = network.get_input_embeddings()
    ids = torch.arange(_ROWS * _LENGTH, device=network.device).reshape(_ROWS, _LENGTH)
    mask = torch.ones_like(ids)
    mask[1, :_PADDED] = 0  # On the right, causal attention would not see it anyway.
    inputs = embedding(ids % embedding.num_embeddings).detach().requires_grad_()
    was_training = network.training
    logits = network.eval()(inputs_embeds=inputs, attention_mask=mask, use_cache=False).logits
    network.train(was_training)
    seen = logits[mask.bool()].float()
    (gradient,) = torch.autograd.grad(seen.square().mean(), inputs)
    return seen.detach(), gradient.float()


def _near(found: torch.Tensor, wanted: torch.Tensor, tolerance: float) -> bool:
    return float((found - wanted).norm()) <= tolerance * float(wanted.norm())
