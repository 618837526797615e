"""Examples to tokens that are characters, for tests and dry runs."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby

from application.ports.model_loader import ChatEncoder, ChatTemplateError
from domain.conversation import Conversation, Example, Message, PlainText, Role, TokenRow
from domain.masking import Encoded, Span
from domain.rows import BadRow

_END = 0
_ROLES = {role: number for number, role in enumerate(Role, start=1)}
_SHOWN = {_END: "<end>", **{number: f"<{role}>" for role, number in _ROLES.items()}}
_FIRST_CHARACTER = len(_SHOWN)
_VOCABULARY = _FIRST_CHARACTER + 0x110000


class MemoryChatEncoder(ChatEncoder):
    """One token for each character, one for the role of a turn and one for its end; no tools."""

    end_of_turn = _END
    template_digest = sha256(b"roles and ends").hexdigest()
    tokenizer_digest = sha256(b"characters").hexdigest()

    def __init__(self, *, template_replaced: bool = False) -> None:
        self.template_replaced = template_replaced

    def encode(self, rows: Sequence[tuple[int, Example]]) -> Sequence[Encoded | BadRow]:
        """Encode numbered examples, in their order."""
        return [_encoded(number, example) for number, example in rows]

    def render(self, prompt: Conversation) -> tuple[str, int]:
        """Give the text of a prompt, up to where the answer begins, and its number of tokens."""
        if _has_tools(prompt):
            raise ChatTemplateError("there are no tokens for tools")
        tokens = [one for turn in prompt.messages for one, _ in _tokens(turn)]
        tokens.append(_ROLES[Role.ASSISTANT])
        return _text(tokens), len(tokens)

    def pieces(self, row: Encoded) -> Sequence[tuple[str, bool]]:
        """Read a row from its ids."""
        trained = {place for span in row.trained for place in range(span.start, span.end)}
        runs = groupby(enumerate(row.ids), key=lambda placed: placed[0] in trained)
        return [(_text(one for _, one in run), is_trained) for is_trained, run in runs]


def _encoded(number: int, example: Example) -> Encoded | BadRow:
    if isinstance(example, TokenRow):
        known = all(0 <= one < _VOCABULARY for one in example.ids)
        if not known or not example.ids or len(example.ids) != len(example.trained):
            return BadRow(number, "these are no tokens of this model", str(example.ids[:10]))
        return _row(number, list(zip(example.ids, example.trained, strict=True)))
    if isinstance(example, PlainText):
        if not example.text:
            return BadRow(number, "the text is empty")
        return _row(number, [(one, True) for one in (*_characters(example.text), _END)])
    if _has_tools(example):
        return BadRow(number, "there are no tokens for tools", example.messages[0].content)
    return _row(number, [token for turn in example.messages for token in _tokens(turn)])


def _row(number: int, tokens: Sequence[tuple[int, bool]]) -> Encoded:
    spans, place = [], 0
    for is_trained, run in groupby(is_trained for _, is_trained in tokens):
        start, place = place, place + len(list(run))
        if is_trained:
            spans.append(Span(start, place))
    return Encoded(number=number, ids=tuple(one for one, _ in tokens), trained=tuple(spans))


def _tokens(turn: Message) -> Iterator[tuple[int, bool]]:
    is_trained = turn.trained and turn.role is Role.ASSISTANT
    thoughts = f"<think>{turn.thinking}</think>" if turn.thinking else ""
    yield _ROLES[turn.role], False
    for one in (*_characters(f"{thoughts}{turn.content}"), _END):
        yield one, is_trained


def _characters(text: str) -> Iterator[int]:
    return (ord(character) + _FIRST_CHARACTER for character in text)


def _text(tokens: Sequence[int] | Iterator[int]) -> str:
    return "".join(_SHOWN.get(one) or chr(one - _FIRST_CHARACTER) for one in tokens)


def _has_tools(conversation: Conversation) -> bool:
    turns = conversation.messages
    return bool(conversation.tools) or any(
        turn.tool_calls or turn.role is Role.TOOL for turn in turns
    )
