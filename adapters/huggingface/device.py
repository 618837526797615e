"""Where the arithmetic runs."""

import os

import torch

from adapters.huggingface.cores import usable_cores
from adapters.huggingface.tokenizer_threads import bound_tokenizer
from domain.settings.environment import Environment

# torch reads it once, at its first tensor: large ones get huge pages where the kernel has some.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
# Read before any job sets another number: a later job would find what an earlier one left.
TORCHS_CHOICE = torch.get_num_threads()


def device() -> torch.device:
    """Give the GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_name(place: torch.device) -> str:
    """Give the place, and what stands there where that can differ."""
    return f"{place} {torch.cuda.get_device_name(place)}" if place.type == "cuda" else str(place)


def use_threads(environment: Environment) -> None:
    """Set the threads of arithmetic and tokenizer for this job, whatever the one before it had."""
    threads = threads_for(environment)
    torch.set_num_threads(threads)
    bound_tokenizer(threads)


def threads_for(environment: Environment) -> int:
    """Give the wanted threads, or as many as torch takes, and no more than there are cores for.

    How busy those cores are changes nothing: the same job would end in other last bits.
    """
    return environment.num_threads or min(TORCHS_CHOICE, usable_cores())
