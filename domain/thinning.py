"""How a long series is shown short: the same at every reading, from its first to its last item."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def thin(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    """Give at most `most` items, evenly apart; all of them where most is 0, the last where it is 1.

    The first and the last item stay from two on.
    """
    if not most or len(items) <= most:
        return tuple(items)
    if most == 1:
        return (items[-1],)
    last = len(items) - 1
    return tuple(items[place * last // (most - 1)] for place in range(most))
