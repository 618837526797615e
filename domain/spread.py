"""How numbers lie: the least, the middle, where nearly all of them end, and the most."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

_NEARLY_ALL = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """p95 is the smallest of the numbers that 95 % of them do not exceed."""

    least: int
    median: float
    p95: int
    most: int


def spread_of(numbers: Iterable[int]) -> Spread | None:
    """Measure numbers; None where there are none."""
    ordered = sorted(numbers)
    if not ordered:
        return None
    nearly_all = -(-_NEARLY_ALL * len(ordered) // 100)
    return Spread(
        least=ordered[0],
        median=median(ordered),
        p95=ordered[nearly_all - 1],
        most=ordered[-1],
    )
