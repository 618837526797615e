"""Lack of memory in the words of a job's causes, whichever library it comes from."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from domain.result import Cause, TrainingError

_FIX = (
    "model.dtype=bfloat16, in which a weight takes half as much",
    "a smaller hyperparams.max_length",
)
_NO_GPU_MEMORY = "CUDA error: out of memory"
_NO_HOST_MEMORY = "DefaultCPUAllocator: can't allocate memory"


@contextmanager
def lack_of_memory_noticed(wanted: str) -> Iterator[None]:
    """Say which memory is too small for what is wanted; other errors pass."""
    try:
        yield
    except Exception as error:
        cause = lack_in(error)
        if cause is None:
            raise
        on_gpu = cause is Cause.OUT_OF_GPU_MEMORY
        where = "the GPU" if on_gpu else "this machine"
        what = f"{where} has not enough memory for {wanted}"
        raise TrainingError(cause, what, fix=_FIX if on_gpu else ()) from error


def lack_in(error: Exception) -> Cause | None:
    """Tell of which memory an error is the lack, None for any other error."""
    text = str(error)
    if isinstance(error, torch.OutOfMemoryError) or _NO_GPU_MEMORY in text:
        return Cause.OUT_OF_GPU_MEMORY
    refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    if refused or isinstance(error, MemoryError) or _NO_HOST_MEMORY in text:
        return Cause.OUT_OF_HOST_MEMORY
    return None


def chain(error: Exception) -> Iterator[Exception]:
    """Give an error and all behind it, each once: torch raises its own over others."""
    seen = list[BaseException]()
    behind: BaseException | None = error
    while isinstance(behind, Exception) and behind not in seen:
        yield behind
        seen.append(behind)
        behind = behind.__cause__ or behind.__context__
