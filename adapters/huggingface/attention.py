"""Which attention runs: the fastest one that computes what the plain one computes."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch

from adapters.huggingface.lack_of_memory import lack_in
from adapters.huggingface.precision import multiplying_in
from adapters.huggingface.segments import WITHOUT_MASK, Segments, attention_of, pack_inputs
from adapters.huggingface.windows import only_in_masks
from application.ports.engine_probe import TriedAttention
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Attention

_BY_SPEED = (Attention.FLASH, Attention.SEGMENTS, Attention.SDPA, Attention.EAGER)
# Share of the length of all numbers together: a wrong mask is off by about 1.
_TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 1e-1}
_ROWS, _LENGTH, _PADDED = 2, 12, 4
_PACKED = (7, 5)
_FAILURES = (ImportError, NotImplementedError, RuntimeError, TypeError, ValueError)


def choose_attention(
    network: Any, wish: Attention, products: torch.dtype | None = None
) -> tuple[TriedAttention, ...]:
    """Switch the network to the wanted attention, or for auto to the first that passes its trial.

    Give all trials, the chosen one last. products is what the network will multiply in, None for
    the format of its weights.
    """
    found = list[TriedAttention]()
    for trial in trials(network, _BY_SPEED if wish is Attention.AUTO else (wish,), products):
        found.append(trial)
        if not trial.refusal:
            network.set_attn_implementation(trial.attention.value)
            return tuple(found)
    raise ModelUnavailableError(
        f"attention '{wish}' does not work with this model on this device",
        why="; ".join(map(str, found)),
        fix=("model.attn_implementation=auto",),
    )


def trials(
    network: Any,
    wanted: tuple[Attention, ...] = _BY_SPEED,
    products: torch.dtype | None = None,
) -> Iterator[TriedAttention]:
    """Compare each with eager attention, forward and backward, on padded and on packed rows.

    The network is left with the attention that was tried last.
    """
    try:
        plain = _trial(network, Attention.EAGER, products)
    except _FAILURES as error:
        if lack_in(error):
            raise
        why = f"nothing to compare it with: {_first_sentence(error)}"
        yield from (TriedAttention(attention, why) for attention in wanted)
        return
    for attention in wanted:
        yield TriedAttention(attention, _refusal(network, attention, plain, products))


def _refusal(
    network: Any,
    attention: Attention,
    plain: Sequence[torch.Tensor],
    products: torch.dtype | None,
) -> str:
    """Say why an attention cannot be used, '' where it can."""
    if attention is Attention.FLASH and (why := flash_refusal()):
        return f"{why} (the package flash-attn)"
    try:
        if attention in WITHOUT_MASK and (why := only_in_masks(network)):
            return why
        found = _trial(network, attention, products)
    except _FAILURES as error:
        if lack_in(error):
            raise  # says nothing about the attention
        return _first_sentence(error)
    tolerance = _TOLERANCE[products or network.dtype]
    if all(_near(mine, theirs, tolerance) for mine, theirs in zip(found, plain, strict=True)):
        return ""
    return "differs from the plain attention beyond rounding"


def flash_refusal(package: str = "flash_attn") -> str:
    """Say why the package cannot be imported, '' where it can."""
    if find_spec(package) is None:
        return "not installed"
    try:
        import_module(package)
    except (ImportError, OSError, RuntimeError) as error:
        # One that was built for another torch is there, and does not load.
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


def _first_sentence(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].partition(". ")[0] or type(error).__name__


def _trial(network: Any, attention: Attention, products: torch.dtype | None) -> list[torch.Tensor]:
    """Give logits and the gradient at the input; no gradient is stored in the network."""
    network.set_attn_implementation(attention.value)
    if attention_of(network) != attention:
        raise ValueError("the model does not let its attention be chosen")
    found = list[torch.Tensor]()
    for seen, shape, inputs in _inputs(network):
        embedding = network.get_input_embeddings()
        ids = torch.arange(shape[0] * shape[1], device=network.device).reshape(shape)
        states = embedding(ids % embedding.num_embeddings).detach().requires_grad_()
        was_training = network.training
        with multiplying_in(products, network.device):
            logits = network.eval()(inputs_embeds=states, use_cache=False, **inputs).logits
        network.train(was_training)
        said = logits[seen].float()
        (gradient,) = torch.autograd.grad(said.square().mean(), states)
        found += [said.detach(), gradient.float()]
    return found


def _inputs(network: Any) -> Iterator[tuple[torch.Tensor, tuple[int, int], dict[str, Any]]]:
    """Give padded rows, then packed ones: what of their logits counts, shape, and the rest."""
    mask = torch.ones(_ROWS, _LENGTH, dtype=torch.long, device=network.device)
    mask[1, :_PADDED] = 0  # On the right, causal attention would not see it anyway.
    yield mask.bool(), (_ROWS, _LENGTH), {"attention_mask": mask}
    places = torch.cat([torch.arange(length) for length in _PACKED])[None].to(network.device)
    inputs = {"position_ids": places, **pack_inputs(network, Segments(_PACKED))}
    yield torch.ones_like(places, dtype=torch.bool), (1, sum(_PACKED)), inputs


def _near(found: torch.Tensor, wanted: torch.Tensor, tolerance: float) -> bool:
    return float((found - wanted).norm()) <= tolerance * float(wanted.norm())
