"""What was checked before a job trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from domain.errors import ErrorCode, GuildError
from domain.row_notes import RowNotes
from domain.row_set import RowSet
from domain.rows import BadRow


class NothingToLearnError(GuildError):
    """The rows do not hold what training needs."""

    code = ErrorCode.DATA


class TooLongError(GuildError):
    """Rows are longer than the model may read; nothing is cut in silence."""

    code = ErrorCode.TOO_LONG

    def __init__(self, first: int, count: int, longest: int, limit: int) -> None:
        super().__init__(
            f"{count} rows are longer than {limit} tokens, the first is row {first}",
            why=f"the longest has {longest} tokens",
            fix=(
                "raise hyperparams.max_length, if the hero's context allows it",
                "or set data.over_long to drop: they are left out, counted and listed",
                "or to split_turns or truncate_prompt, which keep the end of every turn",
            ),
        )


class LeakingPackError(GuildError):
    """Packed rows would see each other."""

    code = ErrorCode.DATA

    def __init__(self, proof: "PackingProof") -> None:
        super().__init__(
            f"packed rows see each other in this model: first in {proof.layer}",
            why=(
                f"rows {proof.rows[0]} and {proof.rows[1]} alone and packed differ by "
                f"{proof.difference:.2g} of their length, {proof.tolerance:.2g} is rounding"
            ),
            fix=("set packing.fallback to pad", "or packing.enabled to false"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingProof:
    """Two rows went through the model alone and packed.

    difference is the largest one found between the logits of a row, as a share of their norm;
    layer names where the two first differed by more than the tolerance, '' where they never did.
    """

    rows: tuple[int, int]
    difference: float
    tolerance: float
    attention: str
    layer: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether packed rows do not see each other."""
        return not self.layer


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingReceipt:
    """How the rows of a job share forward passes.

    fill is the share of all places that hold tokens of rows, the rest is padding or room left;
    plan is the digest of the stored plan. Without a proof nothing was packed.
    """

    packed: bool
    batches: int
    capacity: int
    fill: float
    plan: str
    proof: PackingProof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskReceipt:
    """Which tokens of the rows are trained; counts are tokens.

    samples show up to two rows as text, the trained parts between ⟦ and ⟧. Of rows that were left
    out, cut or split the first hundred are named and all are counted; lost_share is the share of
    all tokens that were cut or left out. held_out is measured, never trained, and known by its
    digest. prompt_matches says that a question at inference is written as in training.
    """

    rows: int
    tokens: int
    trained_min: int
    trained_median: float
    trained_total: int
    end_of_turn_trained: bool
    over_long_dropped: tuple[int, ...] = ()
    samples: tuple[str, ...] = ()
    format: str = ""
    profile: str = ""
    bad_rows: int = 0
    bad: tuple[BadRow, ...] = ()
    over_long: int = 0
    cut: int = 0
    split: int = 0
    lost_share: float = 0.0
    duplicates: int = 0
    held_out: int = 0
    held_out_digest: str = ""
    also_measured: int = 0
    unanswered: int = 0
    template_digest: str = ""
    template_replaced: bool = False
    prompt_matches: bool = True

    @property
    def remarks(self) -> tuple[str, ...]:
        """Say in words what somebody should look at before the job has trained for hours."""
        told = {
            f"{self.bad_rows} rows cannot be used and are left out": self.bad_rows,
            f"{self.over_long} rows are too long and are left out": self.over_long,
            f"{self.cut} rows lose the beginning of their prompt": self.cut,
            f"{self.split} rows are split between turns": self.split,
            f"{self.unanswered} answers of split rows are left out: too long": self.unanswered,
            f"{self.also_measured} rows are in the validation file, too, and are not trained": (
                self.also_measured
            ),
            f"{self.duplicates} rows say what another one says": self.duplicates,
            "the model's chat template is replaced by plain ChatML": self.template_replaced,
            "a question at inference is not written as in training": not self.prompt_matches,
            "some rows end without an end of turn": not self.end_of_turn_trained,
        }
        return tuple(text for text, holds in told.items() if holds)


def mask_receipt(rows: RowSet, notes: RowNotes, samples: Sequence[str]) -> MaskReceipt:
    """Measure the masks of the rows that are trained."""
    if not len(rows):
        raise NothingToLearnError(
            "no row is left to train on", fix=("hold out fewer rows: data.validation_split",)
        )
    tokens = sum(rows.lengths)
    return MaskReceipt(
        rows=len(rows),
        tokens=tokens,
        trained_min=min(rows.trained),
        trained_median=median(rows.trained),
        trained_total=sum(rows.trained),
        end_of_turn_trained=not notes.open_ended,
        over_long_dropped=tuple(notes.over_long),
        samples=tuple(samples),
        format=notes.format,
        bad_rows=notes.bad_count,
        bad=tuple(notes.bad),
        over_long=notes.over_long_count,
        cut=notes.cut_count,
        split=notes.split_count,
        unanswered=notes.unanswered,
        lost_share=notes.lost / (tokens + notes.lost),
        prompt_matches=not notes.mismatched,
    )
