"""Every row of a batch is judged by what it has said itself since the prompt."""

from abc import ABC, abstractmethod
from functools import reduce
from typing import Any, Generic, TypeVar

import torch
from transformers import LogitsProcessor

from adapters.huggingface.processors.scores import Scores
from adapters.huggingface.processors.token_bytes import TokenBytes

State = TypeVar("State")


class RowProcessor(LogitsProcessor, ABC, Generic[State]):
    """Reads what was said token by token into a state, and changes scores by that state.

    The state depends on the ids of the row alone. Those of the last call are remembered by their
    ids, so that a step reads one token, and a caller may reorder, drop or double rows.
    """

    def __init__(
        self, tokens: TokenBytes, *, prompt_length: int, end_of_turn: int, begin: State
    ) -> None:
        self._tokens = tokens
        self._prompt_length, self._end_of_turn = prompt_length, end_of_turn
        self._begin = begin
        self._known: dict[tuple[int, ...], State] = {}

    def __call__(self, input_ids: Any, scores: Scores) -> Scores:
        """Give the changed scores of all rows; what was handed in is left alone."""
        said = [tuple(row) for row in input_ids[:, self._prompt_length :].tolist()]
        self._known = {row: self._state(row) for row in said}
        rows = list(scores)
        judged = [
            self._judged(self._known[row], before) for row, before in zip(said, rows, strict=True)
        ]
        same = all(new is old for new, old in zip(judged, rows, strict=True))
        return scores if same else torch.stack(judged)

    def _state(self, said: tuple[int, ...]) -> State:
        if said and said[:-1] in self._known:
            return self._read(self._known[said[:-1]], self._tokens.piece(said[-1]))
        return reduce(self._read, map(self._tokens.piece, said), self._begin)

    @abstractmethod
    def _read(self, state: State, piece: bytes) -> State:
        """Go on by what one token writes."""

    @abstractmethod
    def _judged(self, state: State, scores: Scores) -> Scores:
        """Give the scores of one row for its next token."""


def ending(text: bytes, most: int) -> bytes:
    """Keep the last bytes of a text."""
    return text[max(0, len(text) - most) :]
