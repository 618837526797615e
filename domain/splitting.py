"""Which rows are held out: chosen by what they say, so that adding rows moves none."""

import hashlib
from collections.abc import Sequence

from domain.conversation import Conversation

Row = tuple[int, Conversation]


def split(rows: Sequence[Row], share: float, most: int) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Give (trained, held out); at most `most` rows are held out, and one is always trained.

    A row is held out where the SHA-256 of its turns, read as a fraction of 1, is below a bound:
    share, or what leaves `most` rows. So rows that say the same are never on both sides.
    """
    placed = [(_fraction(row[1]), row) for row in rows]
    lowest = sorted(fraction for fraction, _ in placed)
    room = min(most, len(rows) - 1)
    bound = min(share, lowest[room]) if lowest else share
    trained = tuple(row for fraction, row in placed if fraction >= bound)
    return trained, tuple(row for fraction, row in placed if fraction < bound)


def _fraction(conversation: Conversation) -> float:
    said = "\x1f".join(f"{turn.role}\x1e{turn.content}" for turn in conversation.messages)
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:8]) / 2**64
