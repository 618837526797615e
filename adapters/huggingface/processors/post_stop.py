"""After the stop marks an answer is over."""

import re

import torch

from adapters.huggingface.processors.row_processor import RowProcessor, ending
from adapters.huggingface.processors.scores import Scores, shifted
from adapters.huggingface.processors.token_bytes import TokenBytes
from domain.profiles.processors import PostStop


class PostStopPenaltyProcessor(RowProcessor[bytes | int]):
    """Punishes every token after a closed run but the end of turn, which is never touched by it.

    The state is the end of what was said, then how many tokens were said after the closing one.
    """

    def __init__(
        self, spec: PostStop, tokens: TokenBytes, *, prompt_length: int, end_of_turn: int
    ) -> None:
        super().__init__(tokens, prompt_length=prompt_length, end_of_turn=end_of_turn, begin=b"")
        self._spec = spec
        marks = [mark.encode() for mark in spec.marks]
        runs = (_closed_run(mark, spec.least, spec.most) for mark in marks)
        self._closed = re.compile(b"|".join(runs), re.DOTALL)
        self._reach = max(map(len, marks), default=0) * (spec.most + 1)

    def _read(self, state: bytes | int, piece: bytes) -> bytes | int:
        if isinstance(state, int):
            return state + 1
        said = state + piece
        return 0 if self._spec.marks and self._closed.search(said) else ending(said, self._reach)

    def _judged(self, state: bytes | int, scores: Scores) -> Scores:
        if not isinstance(state, int):
            return scores
        rewarded = shifted(scores[self._end_of_turn], self._spec.reward)
        punished = shifted(scores, -penalty_after(self._spec, state + 1))
        is_end = torch.arange(len(scores), device=scores.device) == self._end_of_turn
        return torch.where(is_end, rewarded, punished)


def penalty_after(spec: PostStop, count: int) -> float:
    """Give what the count-th token after the closing one loses."""
    try:
        return min(spec.ceiling, spec.penalty * float(spec.rate) ** count)
    except OverflowError:
        return spec.ceiling


def _closed_run(mark: bytes, least: int, most: int) -> bytes:
    """Write the pattern of a run that is full, or followed by what does not go on with it."""
    one = b"(?:%b)" % re.escape(mark)
    begun = b"|".join(re.escape(mark[:end]) for end in range(len(mark)))
    return rb"%b{%d}|%b{%d,%d}+(?!(?:%b)\Z)" % (one, most, one, least, most, begun)
