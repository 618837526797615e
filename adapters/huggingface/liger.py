"""Liger's kernels for the norms and gated layers of a network, where somebody asks for them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.integrations.liger import apply_liger_kernel

from adapters.huggingface.lack_of_memory import lack_in
from adapters.huggingface.trial import (
    first_sentence,
    import_refusal,
    numbers_of,
    same_numbers,
)
from application.causes import cause_of
from application.ports.model_loader import ModelUnavailableError
from domain.result import Cause

_PACKAGE = "liger_kernel"
# The loss goes through the head on its own way here; the others are patched for good.
_NOT_HERE = dict.fromkeys(
    ("fused_linear_cross_entropy", "cross_entropy", "rope", "relu_squared"), False
)


def fuse(network: Any, products: torch.dtype | None) -> None:
    """Let a network compute with Liger's kernels; refuse where that is not what it computed before.

    products is what it multiplies in, None for the format of its weights.
    """
    if why := _refusal(network, products):
        raise ModelUnavailableError(
            "Liger's kernels do not work with this model on this device",
            why=why,
            fix=("model.liger=false",),
        )


def is_fused(network: Any) -> bool:
    """Tell whether any part of a network computes with Liger's kernels."""
    origins = (str(getattr(module.forward, "__module__", "")) for module in network.modules())
    return any(origin.startswith(_PACKAGE) for origin in origins)


def _refusal(network: Any, products: torch.dtype | None) -> str:
    if why := import_refusal(_PACKAGE):
        return f"{why} (the package liger-kernel)"
    vectors = [each for each in network.parameters() if each.dim() == 1]
    plain = numbers_of(network, products, vectors)
    try:
        with _classes_kept():
            apply_liger_kernel(network, _NOT_HERE)
        if not is_fused(network):
            return f"there are none for {network.config.model_type}"
        _keep_to_rows(network)
        found = numbers_of(network, products, vectors)
    except Exception as error:  # Triton's are of no common kind
        if lack_in(error) or cause_of(error) is Cause.DISK_FULL:
            raise
        return first_sentence(error)
    if same_numbers(found, plain, products or network.dtype):
        return ""
    return "they differ from the plain layers beyond rounding"


def _keep_to_rows(network: Any) -> None:
    """Let norms go row by row, as a trial sees them: for many rows Liger has another kernel."""
    for module in network.modules():
        if hasattr(module, "row_mode"):
            module.row_mode = True


@contextmanager
def _classes_kept() -> Iterator[None]:
    """Put back what Liger exchanges for the whole process: the next job may not want it."""
    before = {
        name: dict(vars(module))
        for name, module in sys.modules.items()
        if name.startswith("transformers.models.")
    }
    try:
        yield
    finally:
        for name, kept in before.items():
            vars(sys.modules[name]).update(kept)
