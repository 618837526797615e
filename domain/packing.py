"""Which short rows share one pack: best fit, the longest rows first, over the whole set.

Best-fit-decreasing (D. S. Johnson, Near-optimal bin packing algorithms, 1973). The open packs are
found by the room that they have left: one bit for each room in one integer, so that the smallest
room that is enough is the lowest bit at or above a row's length.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import chain

from domain.errors import ErrorCode, GuildError


class OversizeError(GuildError):
    """A row does not fit into any pack."""

    code = ErrorCode.TOO_LONG


def best_fit(lengths: Sequence[int], capacity: int) -> list[Sequence[int]]:
    """Give the indices of the rows of each pack; no pack holds more than capacity tokens.

    Every row is in one pack, whole. Equal lengths are taken in their order, so that the same
    lengths always give the same packs.
    """
    if lengths and max(lengths) > capacity:
        raise OversizeError(f"a row of {max(lengths)} tokens does not fit into {capacity}")
    packs = _Packs(capacity)
    owner = array("L", bytes(array("L").itemsize * len(lengths)))
    for row in _longest_first(lengths):
        owner[row] = packs.place(lengths[row])
    return _gathered(owner, packs.count)


def _longest_first(lengths: Sequence[int]) -> Iterator[int]:
    """Give the indices of the rows, kept by length in eight bytes for each."""
    of_length = [array("L") for _ in range(max(lengths, default=0) + 1)]
    for row, length in enumerate(lengths):
        of_length[length].append(row)
    return chain.from_iterable(reversed(of_length))


class _Packs:
    """Open packs by the room they have left; bit r of rooms says that one has room r."""

    def __init__(self, capacity: int) -> None:
        self.count = 0
        self._capacity = capacity
        self._rooms = 0
        self._with_room = [array("L") for _ in range(capacity + 1)]

    def place(self, length: int) -> int:
        """Give the number of the pack into which a row of this length goes."""
        enough = self._rooms >> length
        if enough:
            room = length + (enough & -enough).bit_length() - 1
            pack = self._with_room[room].pop()
            if not self._with_room[room]:
                self._rooms ^= 1 << room
        else:
            room, pack = self._capacity, self.count
            self.count += 1
        self._with_room[room - length].append(pack)
        self._rooms |= 1 << (room - length)
        return pack


def _gathered(owner: Sequence[int], count: int) -> list[Sequence[int]]:
    packs = [array("L") for _ in range(count)]
    for row, pack in enumerate(owner):
        packs[pack].append(row)
    return list(packs)


def fill(lengths: Sequence[int], packs: int, capacity: int) -> float:
    """Give the share of the room of all packs that holds tokens."""
    return sum(lengths) / (packs * capacity) if packs else 1.0
