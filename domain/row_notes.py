"""What became of the rows of a dataset on their way to tokens."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from domain.rows import BadRow

LISTED = 100
"""How many rows of a kind are named; all are counted."""


@dataclass(slots=True, kw_only=True)
class RowNotes:
    """Counts, and the first rows of each kind by number.

    read counts all rows; bad ones cannot be used; over_long ones were left out, cut ones lost the
    beginning of their prompt, split ones became several, without the unanswered exchanges, which
    fit nowhere. lost counts tokens that were cut or left
    out, longest the tokens of the longest row that was too long. open_ended rows of tokens have no
    end of turn; mismatched counts the first rows whose question is written otherwise at inference.
    """

    format: str = ""
    read: int = 0
    bad_count: int = 0
    bad: list[BadRow] = field(default_factory=list)
    over_long_count: int = 0
    over_long: list[int] = field(default_factory=list)
    cut_count: int = 0
    split_count: int = 0
    unanswered: int = 0
    lost: int = 0
    longest: int = 0
    open_ended: int = 0
    mismatched: int = 0

    def note_bad(self, row: BadRow) -> None:
        """Count a row that cannot be used."""
        self.bad_count += 1
        if len(self.bad) < LISTED:
            self.bad.append(row)

    def note_left_out(self, number: int) -> None:
        """Count a row that is too long for anything."""
        self.over_long_count += 1
        if len(self.over_long) < LISTED:
            self.over_long.append(number)

    def text(self) -> str:
        """Write all of it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what was written."""
        facts = json.loads(text)
        return cls(**{**facts, "bad": [BadRow(**row) for row in facts["bad"]]})
