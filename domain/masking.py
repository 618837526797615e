"""Which tokens carry loss: those that the assistant says, its end of turn included."""

from dataclasses import dataclass

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens from start up to, not including, end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One conversation as token ids, with the spans that are trained.

    number is the row's line in its dataset, from 1; marked is the text with ⟦trained⟧ parts.
    """

    number: int
    ids: tuple[int, ...]
    trained: tuple[Span, ...]
    marked: str = ""

    @property
    def trained_count(self) -> int:
        """Count the tokens that carry loss."""
        return sum(span.end - span.start for span in self.trained)

    def ends_with(self, end_of_turn: int) -> bool:
        """Tell whether every trained span ends with this token."""
        return all(self.ids[span.end - 1] == end_of_turn for span in self.trained)


def labels(row: Encoded) -> list[int]:
    """Give the id where a token is trained and IGNORED elsewhere; as long as row.ids."""
    wanted = [IGNORED] * len(row.ids)
    for span in row.trained:
        wanted[span.start : span.end] = row.ids[span.start : span.end]
    return wanted
