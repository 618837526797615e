"""How the model is held."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import setting


class Precision(StrEnum):
    """Number format; mixed keeps weights in float32 and multiplies in bfloat16."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    MIXED = "mixed"


class Attention(StrEnum):
    """Which attention runs; auto takes the first of the others that passes a trial."""

    AUTO = "auto"
    FLASH = "flash_attention_2"
    SEGMENTS = "segmented_sdpa"
    SDPA = "sdpa"
    EAGER = "eager"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Precision, attention, programs and kernels, the same for model and trainer."""

    dtype: Precision = setting(
        Precision.AUTO,
        "Number format; mixed keeps float32 weights and multiplies in bfloat16.",
        flag="--precision",
    )
    attn_implementation: Attention = setting(Attention.AUTO, "Attention of the model.")
    compile: bool = setting(
        False, "Compile the layers first: pays in long jobs (torch.compile; docs/speed.md)."
    )
    liger: bool = setting(
        False, "Fuse norms and gated layers in Liger's kernels (GPU, package liger-kernel)."
    )
