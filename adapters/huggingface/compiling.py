"""A network's layers, compiled for the device while the network is trained."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from adapters.huggingface.checkpoints import full_disk_noticed
from adapters.huggingface.lack_of_memory import chain, lack_in
from adapters.huggingface.loaded_model import layers_of
from adapters.huggingface.loop import Interrupted
from adapters.huggingface.segments import WITHOUT_MASK, attention_of
from domain.result import Cause, TrainingError

_FIX = ("model.compile=false", "on a CPU: install a C++ compiler, such as g++")


@contextmanager
def compiled(network: Any, may_go_on: Callable[[], bool]) -> Iterator[None]:
    """Let torch make programs of the layers, for rows of every length, and forget them afterwards.

    A signal from the terminal ends a compiler too: where the job is to end, that is no fault.
    """
    layers = [layer for _, layer in layers_of(network)]
    if not layers:
        raise _refusal("nothing in it is known to be its layers")
    torch.compiler.reset()  # what jobs before this one left counts towards a limit
    try:
        for layer in layers:
            layer.compile(dynamic=True, options=_options(network.device))
        with _attention_outside(attention_of(network)):
            yield
    except torch._dynamo.exc.TorchDynamoException as error:  # noqa: SLF001 - its only name
        if not may_go_on():
            raise Interrupted from error
        with full_disk_noticed("compile the layers"):
            if lack := next(filter(lack_in, chain(error)), None):
                raise lack from None
            raise _refusal(str(error).strip().partition("\n")[0]) from error
    finally:
        for layer in layers:
            layer._compiled_call_impl = None  # noqa: SLF001 - nothing else undoes it
        torch.compiler.reset()


def is_compiled(network: Any) -> bool:
    """Tell whether the layers run as programs, or will at the next pass."""
    layers = [layer for _, layer in layers_of(network)]
    return bool(layers) and all(layer._compiled_call_impl for layer in layers)  # noqa: SLF001


def as_written(network: Any) -> AbstractContextManager[Any]:
    """Let a network run without programs for a while: other passes would need others."""
    return torch.compiler.set_stance("force_eager") if is_compiled(network) else nullcontext()


def _options(device: torch.device) -> dict[str, int]:
    """Start no other processes where there is one compiler call for a layer."""
    return {"compile_threads": 1} if device.type == "cpu" else {}


@contextmanager
def _attention_outside(name: str) -> Iterator[None]:
    """Each pack has rows of its own: what is told of them would be compiled anew for each."""
    if name not in WITHOUT_MASK:
        yield
        return
    attend = ALL_ATTENTION_FUNCTIONS[name]
    ALL_ATTENTION_FUNCTIONS.register(name, torch.compiler.disable(attend))
    try:
        yield
    finally:
        ALL_ATTENTION_FUNCTIONS.register(name, attend)


def _refusal(why: str) -> TrainingError:
    what = f"the layers of this model cannot be compiled here: {why}"
    return TrainingError(Cause.CONFIG_ERROR, what, fix=_FIX)
