"""An answer begins with marks of thinking."""

from adapters.huggingface.processors.row_processor import RowProcessor
from adapters.huggingface.processors.scores import Scores, forbidden_at, shifted_at
from adapters.huggingface.processors.token_bytes import TokenBytes
from domain.profiles.processors import ThinkMarks


class EmojiThinkProcessor(RowProcessor[bytes | None]):
    """Helps the marks up to the least number and forbids more than the most.

    The state is what was said as long as that is nothing but marks of one kind; None after it.
    """

    def __init__(
        self, spec: ThinkMarks, tokens: TokenBytes, *, prompt_length: int, end_of_turn: int
    ) -> None:
        super().__init__(tokens, prompt_length=prompt_length, end_of_turn=end_of_turn, begin=b"")
        marks = [mark.encode() for mark in spec.marks]
        self._wanted = [mark * spec.least for mark in marks]
        self._too_many = [mark * (spec.most + 1) for mark in marks]
        self._bonus = spec.bonus

    def _read(self, state: bytes | None, piece: bytes) -> bytes | None:
        if state is None:
            return None
        said = state + piece
        return said if any(many.startswith(said) for many in self._too_many) else None

    def _judged(self, state: bytes | None, scores: Scores) -> Scores:
        if state is None:
            return scores
        helped: set[int] = set()
        for wanted in self._wanted:
            if wanted.startswith(state) and (rest := wanted[len(state) :]):
                helped |= self._tokens.within(rest) | self._tokens.beginning(rest)
        barred: set[int] = set()
        for many in self._too_many:
            if many.startswith(state) and (rest := many[len(state) :]):
                barred |= self._tokens.beginning(rest)
        barred.discard(self._end_of_turn)
        return forbidden_at(shifted_at(scores, helped, self._bonus), barred)
