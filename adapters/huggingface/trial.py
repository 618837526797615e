"""A small pass forward and backward on this device, to compare two ways to compute the same."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch

from adapters.huggingface.precision import multiplying_in
from adapters.huggingface.segments import Segments, pack_inputs

# What a way that does not work here raises.
FAILURES = (ImportError, NotImplementedError, RuntimeError, TypeError, ValueError)
# Share of the length of all numbers together: a wrong mask is off by about 1.
_TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 1e-1}
_ROWS, _LENGTH, _PADDED = 2, 12, 4
_PACKED = (7, 5)

Numbers = list[torch.Tensor]


def numbers_of(
    network: Any, products: torch.dtype | None, weights: Sequence[torch.Tensor] = ()
) -> Numbers:
    """Give the logits of padded and of packed rows, and the gradients at the input and at weights.

    Those at weights are one row of numbers. No gradient is stored in the network.
    """
    found = Numbers()
    for seen, shape, inputs in _inputs(network):
        embedding = network.get_input_embeddings()
        ids = torch.arange(shape[0] * shape[1], device=network.device).reshape(shape)
        states = embedding(ids % embedding.num_embeddings).detach().requires_grad_()
        was_training = network.training
        with multiplying_in(products, network.device):
            logits = network.eval()(inputs_embeds=states, use_cache=False, **inputs).logits
        network.train(was_training)
        said = logits[seen].float()
        gradient, *others = torch.autograd.grad(
            said.square().mean(), [states, *weights], materialize_grads=True
        )
        found += [said.detach(), gradient.float()]
        found += [torch.cat([other.float().flatten() for other in others])] if others else []
    return found


def same_numbers(found: Numbers, wanted: Numbers, multiplied_in: torch.dtype) -> bool:
    """Tell whether they are the same but for the rounding of a format."""
    tolerance = _TOLERANCE[multiplied_in]
    return all(
        float((mine - theirs).norm()) <= tolerance * float(theirs.norm())
        for mine, theirs in zip(found, wanted, strict=True)
    )


def first_sentence(error: Exception) -> str:
    """Give the beginning of what an error says; torch says a page."""
    return str(error).strip().partition("\n")[0].partition(". ")[0] or type(error).__name__


def import_refusal(package: str) -> str:
    """Say why a package cannot be imported, '' where it can."""
    if find_spec(package) is None:
        return "not installed"
    try:
        import_module(package)
    except (ImportError, OSError, RuntimeError) as error:
        # One that was built for another torch is there, and does not load.
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


def _inputs(network: Any) -> Iterator[tuple[torch.Tensor, tuple[int, int], dict[str, Any]]]:
    """Give padded rows, then packed ones: what of their logits counts, shape, and the rest."""
    mask = torch.ones(_ROWS, _LENGTH, dtype=torch.long, device=network.device)
    mask[1, :_PADDED] = 0  # On the right, causal attention would not see it anyway.
    yield mask.bool(), (_ROWS, _LENGTH), {"attention_mask": mask}
    places = torch.cat([torch.arange(length) for length in _PACKED])[None].to(network.device)
    inputs = {"position_ids": places, **pack_inputs(network, Segments(_PACKED))}
    yield torch.ones_like(places, dtype=torch.bool), (1, sum(_PACKED)), inputs
