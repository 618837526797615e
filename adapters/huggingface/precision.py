"""One number format for model and trainer, chosen by what the device can do."""

import torch

from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import Precision


def choose_precision(wish: Precision, device: torch.device) -> torch.dtype:
    """Give the wanted format, or for auto the fastest one that can be trained in safely.

    On a CPU that is float32: bfloat16 is emulated there, ten times slower.
    """
    bfloat16 = device.type != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False)
    match wish:
        case Precision.AUTO:
            native = device.type == "cuda" and bfloat16
            return torch.bfloat16 if native else torch.float32
        case Precision.BFLOAT16 if not bfloat16:
            raise _refusal(wish, "this GPU has no bfloat16 arithmetic", "float32")
    return torch.float32 if wish is Precision.FLOAT32 else torch.bfloat16


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
