"""How the model is held."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import setting


class Precision(StrEnum):
    """Number format of weights and arithmetic; auto asks the device."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class Attention(StrEnum):
    """Which attention runs; auto takes the first of the others that passes a trial."""

    AUTO = "auto"
    FLASH = "flash_attention_2"
    SEGMENTS = "segmented_sdpa"
    SDPA = "sdpa"
    EAGER = "eager"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Precision and attention, the same for model and trainer."""

    dtype: Precision = setting(
        Precision.AUTO, "Number format of weights and arithmetic.", flag="--precision"
    )
    attn_implementation: Attention = setting(Attention.AUTO, "Attention of the model.")
