"""Texts that should not be said."""

from collections.abc import Sequence

from adapters.huggingface.processors.row_processor import RowProcessor, ending
from adapters.huggingface.processors.scores import Scores, shifted_at
from adapters.huggingface.processors.token_bytes import TokenBytes
from domain.profiles.processors import TokenPenalty, Window

Said = tuple[int, bytes]
"""How many tokens were said, and the end of what they wrote."""


class TokenPenaltyProcessor(RowProcessor[Said]):
    """Punishes the tokens that would complete a text, given what was said before them."""

    def __init__(
        self, spec: TokenPenalty, tokens: TokenBytes, *, prompt_length: int, end_of_turn: int
    ) -> None:
        begin = (0, b"")
        super().__init__(tokens, prompt_length=prompt_length, end_of_turn=end_of_turn, begin=begin)
        self._spec = spec
        self._texts = [text.encode() for text in spec.texts if text]
        self._reach = max(map(len, self._texts), default=0)

    def _read(self, state: Said, piece: bytes) -> Said:
        count, said = state
        return count + 1, ending(said + piece, self._reach)

    def _judged(self, state: Said, scores: Scores) -> Scores:
        count, said = state
        punished: set[int] = set()
        for text in self._texts:
            punished |= self._tokens.completing(said, text)
        punished.discard(self._end_of_turn)
        amount = self._spec.penalty * factor_at(self._spec.schedule, count)
        return shifted_at(scores, punished, -amount)


def factor_at(schedule: Sequence[Window], count: int) -> float:
    """Give the factor for the token that follows so many."""
    for window in schedule:
        if count < window.steps:
            return window.factor
        count -= window.steps
    return 1.0
