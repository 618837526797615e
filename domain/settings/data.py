"""Which rows are trained on and which are held out."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import setting


class OverLong(StrEnum):
    """What happens when a row is longer than max_length; nothing is ever cut in silence."""

    REFUSE = "refuse"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSettings:
    """Validation split and over-long rows."""

    validation_split: float = setting(0.05, "Share of rows held out.", ge=0, le=0.5)
    validation_max_samples: int = setting(500, "Most rows held out.", unit="rows", ge=0)
    over_long: OverLong = setting(OverLong.REFUSE, "What to do with a row over max_length.")
