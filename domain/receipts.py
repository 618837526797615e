"""What was checked before a job trained."""

from dataclasses import dataclass
from statistics import median

from domain.errors import ErrorCode, GuildError
from domain.masking import Encoded


class NothingToLearnError(GuildError):
    """The rows do not hold what training needs."""

    code = ErrorCode.DATA


class TooLongError(GuildError):
    """Rows are longer than the model may read; nothing is cut in silence."""

    code = ErrorCode.TOO_LONG

    def __init__(self, rows: tuple[int, ...], longest: int, limit: int) -> None:
        super().__init__(
            f"{len(rows)} rows are longer than {limit} tokens, the first is row {rows[0]}",
            why=f"the longest has {longest} tokens",
            fix=(
                "raise hyperparams.max_length, if the hero's context allows it",
                "or set data.over_long to drop: they are left out, counted and listed",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskReceipt:
    """Which tokens of the rows are trained; counts are tokens.

    samples show up to two rows as text, the trained parts between ⟦ and ⟧.
    """

    rows: int
    tokens: int
    trained_min: int
    trained_median: float
    trained_total: int
    end_of_turn_trained: bool
    over_long_dropped: tuple[int, ...] = ()
    samples: tuple[str, ...] = ()


def mask_receipt(
    encoded: tuple[Encoded, ...], end_of_turn: int, dropped: tuple[int, ...] = ()
) -> MaskReceipt:
    """Measure the masks; refuse rows without trained tokens or with an untrained end of turn."""
    if not encoded:
        raise NothingToLearnError(
            "no row is left to train on", fix=("raise hyperparams.max_length",)
        )
    trained = [row.trained_count for row in encoded]
    if empty := [row.number for row in encoded if not row.trained_count]:
        raise NothingToLearnError(
            f"{len(empty)} rows have no trained token, the first is row {empty[0]}"
        )
    if open_ended := [row.number for row in encoded if not row.ends_with(end_of_turn)]:
        raise NothingToLearnError(
            f"the end of turn is not trained in {len(open_ended)} rows, "
            f"the first is row {open_ended[0]}",
            why="a model that never learns to stop talks on for ever",
        )
    return MaskReceipt(
        rows=len(encoded),
        tokens=sum(len(row.ids) for row in encoded),
        trained_min=min(trained),
        trained_median=median(trained),
        trained_total=sum(trained),
        end_of_turn_trained=True,
        over_long_dropped=dropped,
        samples=tuple(row.marked for row in encoded[:2]),
    )
