"""One number format for model and trainer, chosen by what the device can do."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from adapters.huggingface.cores import flags
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Precision

# What x86 and ARM call their units for bfloat16.
_UNITS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
# A weight, its gradient and AdamW's two numbers in float32, and a copy to multiply with.
_BYTES_OF_MIXED = 18
# The rest is for what goes through the model.
_SHARE_FOR_WEIGHTS = 0.8


@dataclass(frozen=True, slots=True)
class Formats:
    """In what weights are kept, and in what they are multiplied where that is something else."""

    weights: torch.dtype
    products: torch.dtype | None = None

    @property
    def name(self) -> str:
        """Give the name that the settings have for it."""
        return str(Precision.MIXED) if self.products else name_of(self.weights)


_FORMATS = {
    Precision.FLOAT32: Formats(torch.float32),
    Precision.BFLOAT16: Formats(torch.bfloat16),
    Precision.MIXED: Formats(torch.float32, torch.bfloat16),
}


def choose_precision(wish: Precision, device: torch.device, parameters: int = 0) -> Formats:
    """Give the wanted format, or for auto the fastest one that can be trained in safely.

    On a CPU that is float32, also where it has units for bfloat16 (docs/decisions/0010). On a GPU
    weights stay in float32 as long as there is room for so many: small steps get lost in coarse
    ones (docs/decisions/0011).
    """
    on_gpu = device.type == "cuda"
    if wish is Precision.AUTO:
        return _FORMATS[_of_gpu(device, parameters) if on_gpu else Precision.FLOAT32]
    if wish is not Precision.FLOAT32 and on_gpu and not has_bfloat16(device):
        raise ModelUnavailableError(
            f"this model cannot be trained in {wish}",
            why="this GPU has no bfloat16 arithmetic",
            fix=("model.dtype=float32", "model.dtype=auto"),
        )
    return _FORMATS[wish]


def _of_gpu(device: torch.device, parameters: int) -> Precision:
    if not has_bfloat16(device):
        return Precision.FLOAT32
    room = _SHARE_FOR_WEIGHTS * torch.cuda.get_device_properties(device).total_memory
    return Precision.MIXED if parameters * _BYTES_OF_MIXED <= room else Precision.BFLOAT16


def multiplying_in(
    products: torch.dtype | None, device: torch.device
) -> AbstractContextManager[Any]:
    """Let matrices be multiplied in another format than they are kept in, where there is one."""
    return torch.autocast(device.type, dtype=products) if products else nullcontext()


def has_bfloat16(device: torch.device) -> bool:
    """Tell whether the device has units for bfloat16; a CPU is asked for its flags, not timed.

    oneDNN calls bfloat16 supported on any CPU with AVX-512, and computes it piecemeal there.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(flags() & _UNITS)


def name_of(dtype: torch.dtype) -> str:
    """Give the name without torch's prefix."""
    return str(dtype).removeprefix("torch.")


def at_least_float32(numbers: torch.Tensor) -> torch.Tensor:
    """Give finer numbers where they are coarse; those of float64 are not made coarser."""
    return numbers.to(torch.promote_types(numbers.dtype, torch.float32))
