"""What happens to rows that are too long: refused or left out by number, never cut."""

from collections.abc import Sequence

from domain.masking import Encoded
from domain.receipts import TooLongError
from domain.settings.data import OverLong


def fitting(
    rows: Sequence[Encoded], limit: int, policy: OverLong
) -> tuple[tuple[Encoded, ...], tuple[int, ...]]:
    """Give (rows of at most limit tokens, numbers of the others), or refuse as the policy says."""
    over = [row for row in rows if len(row.ids) > limit]
    if over and policy is OverLong.REFUSE:
        numbers = tuple(row.number for row in over)
        raise TooLongError(numbers, max(len(row.ids) for row in over), limit)
    fit = tuple(row for row in rows if len(row.ids) <= limit)
    return fit, tuple(row.number for row in over)
