"""Proof that packed rows do not see each other: each layer says of them what it says of one."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from adapters.huggingface.batches import network_inputs, on_device, packed_tensors
from adapters.huggingface.loaded_model import layers_of
from adapters.huggingface.precision import at_least_float32, multiplying_in
from adapters.huggingface.segments import attention_of
from domain.masking import Encoded
from domain.receipts import PackingProof

# Share of the norm of a row's numbers; a row that sees another one is off by far more.
_TOLERANCE = {torch.float32: 1e-3, torch.float64: 1e-9, torch.bfloat16: 1e-1, torch.float16: 5e-2}
_HEAD = "the head"


def prove(
    network: Any, first: Encoded, second: Encoded, products: torch.dtype | None = None
) -> PackingProof:
    """Compare two rows alone with the same rows in one pack, in either order of the two."""
    tolerance = _TOLERANCE[products or network.dtype]
    worst, layer = 0.0, ""
    for pair in ((first, second), (second, first)):
        with multiplying_in(products, network.device):
            differences = _differences(network, pair)
        worst = _worse(worst, differences[_HEAD])
        leaking = (name for name, found in differences.items() if not found <= tolerance)
        layer = layer or next(leaking, "")
    return PackingProof(
        rows=(first.number, second.number),
        difference=worst,
        tolerance=tolerance,
        attention=attention_of(network),
        layer=layer,
    )


def _differences(network: Any, rows: Sequence[Encoded]) -> dict[str, float]:
    """Give for each layer, from the first to the head, the largest difference of a row."""
    packed = _states(network, rows)
    alone = [_states(network, [row]) for row in rows]
    found = dict.fromkeys(packed, 0.0)
    start = 0
    for row, states in zip(rows, alone, strict=True):
        end = start + len(row.ids)
        for name, wanted in states.items():
            found[name] = _worse(found[name], _share(packed[name][start:end], wanted))
        start = end
    return found


def _worse(found: float, other: float) -> float:
    """Give the larger one, and what is no number rather than any number."""
    return math.nan if math.isnan(found + other) else max(found, other)


def _share(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found - wanted).norm() / wanted.norm())


def _states(network: Any, rows: Sequence[Encoded]) -> dict[str, torch.Tensor]:
    """Give what each layer says of each token, and the logits."""
    states: dict[str, torch.Tensor] = {}
    inputs = network_inputs(network, on_device(packed_tensors(rows), network.device))
    was_training = network.training
    with torch.inference_mode(), _watched(network, states):
        logits = network.eval()(**inputs, use_cache=False).logits
    network.train(was_training)
    return {**states, _HEAD: at_least_float32(logits[0])}


@contextmanager
def _watched(network: Any, states: dict[str, torch.Tensor]) -> Iterator[None]:
    def watch(name: str) -> Any:
        def keep(_: Any, __: Any, output: Any) -> None:
            hidden = output[0] if isinstance(output, tuple) else output
            states[name] = at_least_float32(hidden.reshape(-1, hidden.shape[-1]))

        return keep

    hooks = [layer.register_forward_hook(watch(name)) for name, layer in layers_of(network)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
