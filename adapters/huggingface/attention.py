"""Which attention runs: the fastest one that computes what the plain one computes."""

from collections.abc import Iterator
from typing import Any

import torch

from adapters.huggingface.lack_of_memory import lack_in
from adapters.huggingface.segments import WITHOUT_MASK, attention_of
from adapters.huggingface.trial import (
    FAILURES,
    Numbers,
    first_sentence,
    import_refusal,
    numbers_of,
    same_numbers,
)
from adapters.huggingface.windows import only_in_masks
from application.ports.engine_probe import TriedAttention
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Attention

_BY_SPEED = (Attention.FLASH, Attention.SEGMENTS, Attention.SDPA, Attention.EAGER)


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
    except FAILURES as error:
        if lack_in(error):
            raise
        why = f"nothing to compare it with: {first_sentence(error)}"
        yield from (TriedAttention(attention, why) for attention in wanted)
        return
    for attention in wanted:
        yield TriedAttention(attention, _refusal(network, attention, plain, products))


def _refusal(
    network: Any,
    attention: Attention,
    plain: Numbers,
    products: torch.dtype | None,
) -> str:
    """Say why an attention cannot be used, '' where it can."""
    if attention is Attention.FLASH and (why := import_refusal("flash_attn")):
        return f"{why} (the package flash-attn)"
    try:
        if attention in WITHOUT_MASK and (why := only_in_masks(network)):
            return why
        found = _trial(network, attention, products)
    except FAILURES as error:
        if lack_in(error):
            raise  # says nothing about the attention
        return first_sentence(error)
    if same_numbers(found, plain, products or network.dtype):
        return ""
    return "differs from the plain attention beyond rounding"


def _trial(network: Any, attention: Attention, products: torch.dtype | None) -> Numbers:
    network.set_attn_implementation(attention.value)
    if attention_of(network) != attention:
        raise ValueError("the model does not let its attention be chosen")
    return numbers_of(network, products)
