"""An answer ends with marks of stopping."""

from adapters.huggingface.processors.row_processor import RowProcessor, ending
from adapters.huggingface.processors.scores import Scores, forbidden_at, shifted_at
from adapters.huggingface.processors.token_bytes import TokenBytes
from domain.profiles.processors import StopMarks


class StopEmojiProcessor(RowProcessor[bytes]):
    """Helps a run of a mark that has begun up to the least number, and forbids more than the most.

    The state is the end of what was said, long enough for the longest run.
    """

    def __init__(
        self, spec: StopMarks, tokens: TokenBytes, *, prompt_length: int, end_of_turn: int
    ) -> None:
        super().__init__(tokens, prompt_length=prompt_length, end_of_turn=end_of_turn, begin=b"")
        self._marks = [mark.encode() for mark in spec.marks]
        self._least, self._most, self._bonus = spec.least, spec.most, spec.bonus
        self._reach = max(map(len, self._marks), default=0) * (spec.most + 1)

    def _read(self, state: bytes, piece: bytes) -> bytes:
        return ending(state + piece, self._reach)

    def _judged(self, state: bytes, scores: Scores) -> Scores:
        helped: set[int] = set()
        barred: set[int] = set()
        for mark in self._marks:
            barred |= self._tokens.completing(state, mark * (self._most + 1))
            if rest := missing(mark, self._least, state):
                helped |= self._tokens.within(rest) | self._tokens.beginning(rest)
        barred.discard(self._end_of_turn)
        return forbidden_at(shifted_at(scores, helped, self._bonus), barred)


def missing(mark: bytes, least: int, said: bytes) -> bytes:
    """Give what a run at the end of what was said lacks of the least number; b'' without a run."""
    if mark not in said:
        return b""
    for begun in range(len(mark)):
        whole = said[: len(said) - begun]
        if said.endswith(mark[:begun]) and whole.endswith(mark):
            count = 1
            while whole.endswith(mark * (count + 1)):
                count += 1
            return (mark * least)[count * len(mark) + begun :]
    return b""
