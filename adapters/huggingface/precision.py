"""One number format for model and trainer, chosen by what the device can do."""

import torch

from adapters.huggingface.cores import flags
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Precision

# What x86 and ARM call their units for bfloat16.
_UNITS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


def choose_precision(wish: Precision, device: torch.device) -> torch.dtype:
    """Give the wanted format, or for auto the fastest one that can be trained in safely.

    On a CPU that is float32, also where it has units for bfloat16: small steps get lost in weights
    of so few digits (docs/decisions/0010).
    """
    bfloat16 = device.type != "cuda" or has_bfloat16(device)
    match wish:
        case Precision.AUTO:
            native = device.type == "cuda" and bfloat16
            return torch.bfloat16 if native else torch.float32
        case Precision.BFLOAT16 if not bfloat16:
            raise _refusal(wish, "this GPU has no bfloat16 arithmetic", "float32")
    return torch.float32 if wish is Precision.FLOAT32 else torch.bfloat16


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


def _refusal(wish: Precision, why: str, instead: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"this model cannot be held in {wish}",
        why=why,
        fix=(f"model.dtype={instead}", "model.dtype=auto"),
    )


def at_least_float32(numbers: torch.Tensor) -> torch.Tensor:
    """Give finer numbers where they are coarse; those of float64 are not made coarser."""
    return numbers.to(torch.promote_types(numbers.dtype, torch.float32))
