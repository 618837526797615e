"""An expression between markers stays balanced, and the closing marker is the end."""

from adapters.huggingface.processors.expression import Place, Reader, walk
from adapters.huggingface.processors.row_processor import RowProcessor
from adapters.huggingface.processors.scores import Scores, forbidden_at, only
from adapters.huggingface.processors.token_bytes import TokenBytes
from domain.profiles.processors import BalancedExpression


class BalancedExpressionProcessor(RowProcessor[Place]):
    """Forbids what could not be read on as such an expression; the end of turn is always free."""

    def __init__(
        self, spec: BalancedExpression, tokens: TokenBytes, *, prompt_length: int, end_of_turn: int
    ) -> None:
        begin = Place()
        super().__init__(tokens, prompt_length=prompt_length, end_of_turn=end_of_turn, begin=begin)
        self._reader = Reader(spec.opening.encode(), spec.closing.encode())
        self._closers: dict[int, set[int]] = {}

    def _read(self, state: Place, piece: bytes) -> Place:
        return self._reader.read(state, piece)[0]

    def _judged(self, state: Place, scores: Scores) -> Scores:
        if state.ended:
            return only(scores, self._end_of_turn)
        marker = self._tokens.completing(state.tail, self._reader.awaited(state))
        barred = {token for token in marker if not self._allowed(state, token)}
        if state.depth is not None:
            barred |= self._closing_too_much(state.depth)
        barred.discard(self._end_of_turn)
        return forbidden_at(scores, barred)

    def _allowed(self, state: Place, token: int) -> bool:
        return self._reader.read(state, self._tokens.piece(token))[1]

    def _closing_too_much(self, depth: int) -> set[int]:
        """Give the tokens that close more than is open; looked for once for each depth."""
        if depth not in self._closers:
            closing = self._tokens.containing(b")")
            self._closers[depth] = {
                token for token in closing if not walk(depth, self._tokens.piece(token))[1]
            }
        return self._closers[depth]
