"""How rows share a forward pass."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import setting


class Fallback(StrEnum):
    """What happens where packed rows would see each other."""

    REFUSE = "refuse"
    PAD = "pad"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingSettings:
    """Whether short rows are laid end to end."""

    enabled: bool = setting(True, "Lay short rows end to end, up to max_length.")
    fallback: Fallback = setting(
        Fallback.REFUSE, "What to do where the model lets packed rows see each other."
    )
