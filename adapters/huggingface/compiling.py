"""A network's layers, compiled for the device while the network is trained."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from adapters.huggingface.loaded_model import layers_of
from adapters.huggingface.segments import segmented_sdpa
from domain.result import Cause, TrainingError
from domain.settings.model import Attention


@contextmanager
def compiled(network: Any, *, wish: bool) -> Iterator[None]:
    """Let torch make one program of each kind of layer, for rows of every length.

    How the rows of a pack are kept apart stays outside: it would be compiled anew for each pack.
    """
    if not wish:
        yield
        return
    for _, layer in layers_of(network):
        layer.compile(dynamic=True, options=_options(network.device))
    try:
        with _outside_of_programs():
            yield
    except torch._dynamo.exc.TorchDynamoException as error:  # noqa: SLF001 - its only name
        raise TrainingError(
            Cause.CONFIG_ERROR,
            f"the layers cannot be compiled here: {_first_line(error)}",
            fix=("model.compile=false", "on a CPU: install a C++ compiler, such as g++"),
        ) from error


def is_compiled(network: Any) -> bool:
    """Tell whether the layers run as programs."""
    layers = (layer for _, layer in layers_of(network))
    return any(layer._compiled_call_impl is not None for layer in layers)  # noqa: SLF001


def _options(device: torch.device) -> dict[str, int]:
    """Start no other processes where there is one compiler call for a layer."""
    return {"compile_threads": 1} if device.type == "cpu" else {}


@contextmanager
def _outside_of_programs() -> Iterator[None]:
    name = Attention.SEGMENTS.value
    ALL_ATTENTION_FUNCTIONS.register(name, torch.compiler.disable(segmented_sdpa))
    try:
        yield
    finally:
        ALL_ATTENTION_FUNCTIONS.register(name, segmented_sdpa)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
