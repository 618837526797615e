"""What makes a job crawl on a CPU or learn little, told before its first step."""

from collections.abc import Callable, Iterator

import torch

from adapters.huggingface.cores import allowed_cores, usable_cores
from adapters.huggingface.precision import Formats, has_bfloat16
from application.crowding import Crowding


def cautions(device: torch.device, formats: Formats, busy: Callable[[], float]) -> Iterator[str]:
    """Say what is coarse or slow here and what to do; only a CPU is slow."""
    if formats.weights is torch.bfloat16:
        yield (
            "weights in bfloat16 lose each step that is shorter than about 1/500 of them "
            "(model.dtype=mixed keeps them in float32, in more than twice the memory)"
        )
    if device.type == "cuda":
        return
    if torch.bfloat16 in (formats.weights, formats.products) and not has_bfloat16(device):
        yield (
            "this CPU has no units for bfloat16: each step takes about ten times as long as in "
            "float32 (model.dtype=auto)"
        )
    crowding = crowding_of(torch.get_num_threads(), busy())
    if crowding.is_felt:
        yield str(crowding)


def crowding_of(threads: int, busy: float) -> Crowding:
    """Give the threads beside the cores that they may use, and what others leave of those."""
    cores = usable_cores()
    return Crowding(threads, cores, min(cores, len(allowed_cores()) - busy))
