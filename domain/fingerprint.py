"""What an example says as one number, by which rows that say the same are known."""

import hashlib
import json
from array import array
from typing import assert_never

from domain.conversation import Conversation, Example, PlainText, TokenRow

_BUCKET_BITS = 8
_BORDERS = {"\x1e", "\x1f"}
_BITS = 64


def fingerprint(example: Example) -> int:
    """Give 64 bits of the SHA-256 of what is said, whatever of it is trained.

    Held-out rows are chosen by it, so what a conversation of plain turns gives never changes.
    """
    return int.from_bytes(hashlib.sha256(_said(example).encode()).digest()[: _BITS // 8])


class Repetitions:
    """Counts fingerprints that were there before, in eight bytes for each."""

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(1 << _BUCKET_BITS)]

    def add(self, found: int) -> None:
        """Keep one more."""
        self._buckets[found >> (_BITS - _BUCKET_BITS)].append(found)

    def count(self) -> int:
        """Count those that were there before."""
        return sum(len(bucket) - len(set(bucket)) for bucket in self._buckets)


def _said(example: Example) -> str:
    match example:
        case Conversation():
            return _plain(example) if _is_plain(example) else _rich(example)
        case PlainText(text):
            return json.dumps(["text", text])
        case TokenRow(ids):
            return json.dumps(["tokens", ids])
        case _:
            assert_never(example)


def _is_plain(said: Conversation) -> bool:
    return not said.tools and not any(
        turn.thinking or turn.tool_calls or _BORDERS & set(turn.content) for turn in said.messages
    )


def _plain(said: Conversation) -> str:
    return "\x1f".join(f"{turn.role}\x1e{turn.content}" for turn in said.messages)


def _rich(said: Conversation) -> str:
    """Write everything but the ids of calls, which say nothing."""
    turns = [
        [
            turn.role,
            turn.content,
            turn.thinking,
            [[call.name, call.arguments] for call in turn.tool_calls],
        ]
        for turn in said.messages
    ]
    return json.dumps(["conversation", said.tools, turns])
