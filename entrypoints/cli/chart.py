"""A curve in braille dots, with what its axes mean."""

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[int, float]
_Dot = tuple[int, int]

_BLANK = 0x2800
# The bits of a braille letter: two columns of four dots, from the top.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_ACROSS, _DOWN = 2, 4


def draw(points: Sequence[Point], width: int, height: int) -> str:
    """Draw (step, value) points as a curve of width x height letters, labels included.

    Values that are not finite are left out; '' where nothing is left.
    """
    known = sorted(point for point in points if math.isfinite(point[1]))
    if not known:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    labels = _labels(low, high, max(height - 1, 1))
    margin = max(map(len, labels))
    columns = max(width - margin - 1, 2)
    letters = _letters(_curve(known, columns * _ACROSS, len(labels) * _DOWN), columns, len(labels))
    lines = [f"{label:>{margin}}┤{row}" for label, row in zip(labels, letters, strict=True)]
    return "\n".join([*lines, _axis(known[0][0], known[-1][0], margin, columns)])


def _labels(low: float, high: float, rows: int) -> list[str]:
    """Name the highest, the middle and the lowest row; of a level curve only the middle."""
    middle = rows // 2
    share = middle / max(rows - 1, 1)
    named = {middle: high * (1 - share) + low * share}
    if low < high:
        named |= {rows - 1: low, 0: high}
    return [f"{named[row]:.3g}" if row in named else "" for row in range(rows)]


def _axis(first: int, last: int, margin: int, columns: int) -> str:
    left, right = str(first), str(last)
    if first == last or len(left) + len(right) > columns:
        return f"{'':>{margin}}└{left:─<{columns}}"
    return f"{'':>{margin}}└{left}{right:─>{columns - len(left)}}"


def _curve(points: Sequence[Point], across: int, down: int) -> set[_Dot]:
    first, last = points[0][0], points[-1][0]
    halves = [value / 2 for _, value in points]  # the span of the largest floats would overflow
    low, span = min(halves), max(halves) - min(halves)

    def place(step: int, value: float) -> _Dot:
        x = (step - first) / (last - first) if last > first else 0.0
        y = (value / 2 - low) / span if span > 0 else 0.5
        return round(x * (across - 1)), round((1 - y) * (down - 1))

    dots = [place(step, value) for step, value in points]
    joined = {dots[0]}
    for start, end in pairwise(dots):
        joined.update(_line(start, end))
    return joined


def _line(start: _Dot, end: _Dot) -> set[_Dot]:
    across, down = end[0] - start[0], end[1] - start[1]
    length = max(abs(across), abs(down), 1)
    return {
        (start[0] + round(across * part / length), start[1] + round(down * part / length))
        for part in range(length + 1)
    }


def _letters(dots: set[_Dot], columns: int, rows: int) -> list[str]:
    cells = [[_BLANK] * columns for _ in range(rows)]
    for x, y in dots:
        cells[y // _DOWN][x // _ACROSS] |= _BITS[y % _DOWN][x % _ACROSS]
    return ["".join(map(chr, row)).replace(chr(_BLANK), " ") for row in cells]
