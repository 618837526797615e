"""Examples to token ids, with the spans that are trained."""

import json
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from tokenizers import Tokenizer

from adapters.huggingface.chat_format import CHATML, ChatMl, Rendered
from adapters.huggingface.template_format import TemplateFormat
from adapters.huggingface.template_writer import control_tokens
from adapters.huggingface.texts import Texts, Tokens
from adapters.huggingface.token_rows import as_it_is, cut
from adapters.huggingface.words import words_of
from application.ports.model_loader import ChatEncoder, ChatTemplateError
from domain.conversation import Conversation, Example, PlainText, TokenRow
from domain.masking import Encoded, Span
from domain.rows import BadRow
from domain.text import printable

_EXCERPT = 80
_HALF = re.compile("[\ud800-\udfff]")


class HuggingFaceChatEncoder(ChatEncoder):
    """Renders whole conversations and encodes them in one call of the fast tokenizer."""

    def __init__(self, tokenizer: Any, *, template_replaced: bool = False) -> None:
        self._format = ChatMl() if tokenizer.chat_template == CHATML else TemplateFormat(tokenizer)
        self._vocabulary = len(tokenizer)
        self._begin = _begin_of_text(tokenizer)
        self._backend, self.tokenizer_digest = _own_backend(tokenizer)
        self._texts = Texts(self._backend, words_of(self._backend))
        self.template_digest = sha256(tokenizer.chat_template.encode()).hexdigest()
        self.template_replaced = template_replaced
        self.end_of_turn = int(tokenizer.convert_tokens_to_ids(self._format.end))
        control = control_tokens(tokenizer) | self._format.openers | {self._format.end}
        self._control = re.compile("|".join(map(re.escape, control)))

    def encode(self, rows: Sequence[tuple[int, Example]]) -> Sequence[Encoded | BadRow]:
        """Encode numbered examples, in their order."""
        drafts = [self._draft(number, example) for number, example in rows]
        texts = [draft.text for draft in drafts if isinstance(draft, Rendered)]
        found = iter(self._texts.encode(texts))
        return [
            self._row(number, example, draft, next(found)) if isinstance(draft, Rendered) else draft
            for (number, example), draft in zip(rows, drafts, strict=True)
        ]

    def render(self, prompt: Conversation) -> tuple[str, int]:
        """Give the text of a prompt, up to where the answer begins, and its number of tokens."""
        self._refuse_control(_words(prompt))
        text = self._format.prompt(prompt)
        return text, len(self._texts.encode([text])[0].ids)

    def pieces(self, row: Encoded) -> Sequence[tuple[str, bool]]:
        """Decode the ids themselves, special tokens too."""
        return [(self._text(row, span), trained) for span, trained in cut(row)]

    def _text(self, row: Encoded, span: Span) -> str:
        """Read a span after what stands before it: some tokenizers drop a leading space."""
        before = self._backend.decode(row.ids[: span.start], skip_special_tokens=False)
        along = self._backend.decode(row.ids[: span.end], skip_special_tokens=False)
        if along.startswith(before):
            return str(along[len(before) :])
        return str(self._backend.decode(row.ids[span.start : span.end], skip_special_tokens=False))

    def _draft(self, number: int, example: Example) -> Rendered | Encoded | BadRow:
        if isinstance(example, TokenRow):
            return as_it_is(number, example, self._vocabulary)
        try:
            self._refuse_control(_words(example))
            return self._rendered(example)
        except ChatTemplateError as error:
            return _bad(number, example, error)

    def _rendered(self, example: Conversation | PlainText) -> Rendered:
        if isinstance(example, Conversation):
            return self._format.render(example)
        if not example.text:
            raise ChatTemplateError("the text is empty")
        return Rendered(example.text, ((0, len(example.text)),))

    def _row(
        self, number: int, example: Example, draft: Rendered, tokens: Tokens
    ) -> Encoded | BadRow:
        if isinstance(example, PlainText):
            ids = (*self._begin, *tokens.ids, self.end_of_turn)
            return Encoded(number=number, ids=ids, trained=(Span(len(self._begin), len(ids)),))
        try:
            trained = tokens.spans(draft.trained)
        except ChatTemplateError as error:
            return _bad(number, example, error)
        row = Encoded(number=number, ids=tokens.ids, trained=trained)
        if not row.ends_with(self.end_of_turn):
            what = f"{self._format.end} after an answer is not one token"
            return _bad(number, example, ChatTemplateError(what))
        return row

    def _refuse_control(self, words: Iterator[tuple[str, str]]) -> None:
        """Refuse a turn that writes a control token: it would forge the end of a turn."""
        for who, text in words:
            if found := self._control.search(text):
                raise ChatTemplateError(
                    f"{who} says {found.group()}, which is a control token of the model",
                    fix=("take it out of the text",),
                )
            if _HALF.search(text):
                raise ChatTemplateError(f"{who} says half of a surrogate pair")


def _words(example: Conversation | PlainText | TokenRow) -> Iterator[tuple[str, str]]:
    """Give all that an example says, with who says it."""
    if isinstance(example, PlainText):
        yield "the text", example.text
    elif isinstance(example, Conversation):
        yield "the list of tools", example.tools
        for turn in example.messages:
            yield f"the {turn.role}", turn.content
            yield f"the {turn.role}", turn.thinking
            for call in turn.tool_calls:
                yield "a tool call", f"{call.id} {call.name} {call.arguments}"


def _bad(number: int, example: Example, error: ChatTemplateError) -> BadRow:
    why = f": {error.why}" if error.why else ""
    text = " ".join(text for _, text in _words(example) if text)
    return BadRow(number, "; ".join((f"{error}{why}", *error.fix)), printable(text[:_EXCERPT]))


def _own_backend(tokenizer: Any) -> tuple[Tokenizer, str]:
    """Copy the backend without what would cut, fill or trim rows; give its digest before that."""
    own = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    own.no_truncation()
    own.no_padding()
    special = json.dumps(tokenizer.special_tokens_map, sort_keys=True, default=str)
    digest = sha256(f"{own.to_str()}\n{special}".encode()).hexdigest()
    # It would leave white space out of where a token lies.
    own.post_processor = None
    return own, digest


def _begin_of_text(tokenizer: Any) -> tuple[int, ...]:
    """Give the token that the model expects before any text, if there is one."""
    around = tokenizer.backend_tokenizer.encode("", add_special_tokens=True).ids
    begin = tokenizer.bos_token_id
    return (begin,) if begin is not None and around[:1] == [begin] else ()
