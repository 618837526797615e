"""Which tokens carry loss: those that the assistant says, its end of turn included."""

from collections.abc import Iterable
from dataclasses import dataclass

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens from start up to, not including, end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One example as token ids, with the spans that are trained.

    number is the row's line in its dataset, from 1; lost counts the tokens that were cut off
    because the row was too long.
    """

    number: int
    ids: tuple[int, ...]
    trained: tuple[Span, ...]
    lost: int = 0

    @property
    def trained_count(self) -> int:
        """Count the tokens that carry loss; the first of a row is nobody's to predict."""
        return sum(span.end - max(span.start, 1) for span in self.trained)

    def ends_with(self, end_of_turn: int) -> bool:
        """Tell whether every trained span holds the end of its turn.

        It need not be the last token: a template may write a line break after it.
        """
        return all(end_of_turn in self.ids[span.start : span.end] for span in self.trained)


def labels(row: Encoded) -> list[int]:
    """Give the id where a token is trained and IGNORED elsewhere; as long as row.ids."""
    wanted = [IGNORED] * len(row.ids)
    for span in row.trained:
        wanted[span.start : span.end] = row.ids[span.start : span.end]
    return wanted


def marked(pieces: Iterable[tuple[str, bool]]) -> str:
    """Show the text of a row, the trained pieces between ⟦ and ⟧."""
    return "".join(f"⟦{text}⟧" if trained else text for text, trained in pieces)
