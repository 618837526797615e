"""What the profile regime3 may be told."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import setting


class OperatorCase(StrEnum):
    """How operators are written."""

    KEEP = "keep"
    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime3Settings:
    """How strict answers are read, and what makes two of them the same."""

    strict: bool = setting(True, "Refuse an answer that is no expression; else it is wrapped.")
    operator_case: OperatorCase = setting(OperatorCase.KEEP, "How operators are written.")
    commutative: str = setting(
        "", "Operators whose arguments are put in order, separated by spaces."
    )
