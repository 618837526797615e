"""What a job would find in a dataset."""

from dataclasses import dataclass

from domain.errors import GuildError
from domain.receipts import MaskReceipt
from domain.row_notes import RowNotes
from domain.rows import BadRow
from domain.spread import Spread

# How the reason ends wherever a row is refused for that.
_UNTRAINED = "nothing to learn"


@dataclass(kw_only=True)
class CheckNotes(RowNotes):
    """What became of the rows; untrained counts the bad ones of which nothing is trained."""

    untrained: int = 0

    def note_bad(self, row: BadRow) -> None:
        """Count a row that cannot be used, and why."""
        super().note_bad(row)
        self.untrained += row.problem.endswith(_UNTRAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How the trained rows would share forward passes.

    fill is the share of all places that hold tokens; batches are forward passes.
    """

    packed: bool
    batches: int
    fill: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A reason for which a job would not begin; about names the file, if it is another one."""

    error: GuildError
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReport:
    """What a job would find; receipt, lengths and room are None where nothing is left to train.

    lengths are those of the trained rows. The receipt has no digest of the held-out rows, since
    none is kept. refusals are all the reasons for which a job would not begin.
    """

    profile: str
    notes: CheckNotes
    receipt: MaskReceipt | None
    lengths: Spread | None
    room: Room | None
    refusals: tuple[Refused, ...]

    @property
    def ok(self) -> bool:
        """Tell whether a job would train."""
        return not self.refusals
