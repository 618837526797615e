"""How one setting is written down: default, range, unit and one line of help."""

from dataclasses import field
from typing import Any

MOST = 2**31 - 1  # what every library takes as a count
A_DAY = 86_400


def setting(
    default: Any, description: str, *, unit: str = "", flag: str = "", **bounds: float
) -> Any:
    """Define a setting; bounds are gt, ge, lt, le, flag names an option of its own.

    Returns Any because a dataclass field stands in for a value of the setting's own type.
    """
    named = {"flag": flag} if flag else {}
    return field(
        default=default, metadata={"description": description, "unit": unit, **named, **bounds}
    )
