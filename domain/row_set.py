"""Chosen rows of many, read when they are asked for."""

from array import array
from collections.abc import Iterable, Sequence
from typing import overload

from domain.masking import Encoded


class RowSet(Sequence[Encoded]):
    """The rows at some places of a longer sequence, with the counts of their tokens.

    lengths counts the tokens of each row, trained those that carry loss.
    """

    def __init__(
        self,
        rows: Sequence[Encoded],
        lengths: Sequence[int],
        trained: Sequence[int],
        chosen: Iterable[int],
    ) -> None:
        self._rows = rows
        self._chosen: Sequence[int] = array("L", chosen)
        self.lengths: Sequence[int] = array("L", (lengths[place] for place in self._chosen))
        self.trained: Sequence[int] = array("L", (trained[place] for place in self._chosen))

    @classmethod
    def of(cls, rows: Sequence[Encoded]) -> "RowSet":
        """Take all of some rows that are in memory."""
        lengths = [len(row.ids) for row in rows]
        return cls(rows, lengths, [row.trained_count for row in rows], range(len(rows)))

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, place: int) -> Encoded: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Encoded]: ...

    def __getitem__(self, place: int | slice) -> Encoded | Sequence[Encoded]:
        if isinstance(place, slice):
            return [self._rows[each] for each in self._chosen[place]]
        return self._rows[self._chosen[place]]
