"""Conversations to token ids, with the spans that are trained."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from adapters.huggingface.chat_format import CHATML, ChatMl, Rendered
from adapters.huggingface.template_format import TemplateFormat
from application.ports.model_loader import ChatEncoder, ChatTemplateError
from domain.conversation import Conversation
from domain.masking import Encoded, Span

_SHOWN = 2


class HuggingFaceChatEncoder(ChatEncoder):
    """Renders whole conversations and encodes them in one call of the fast tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self.end_of_turn = int(tokenizer.eos_token_id)
        self._format = ChatMl() if tokenizer.chat_template == CHATML else TemplateFormat(tokenizer)
        self._backend = tokenizer.backend_tokenizer
        self._control = re.compile("|".join(map(re.escape, tokenizer.all_special_tokens)))

    def encode(self, rows: Sequence[tuple[int, Conversation]]) -> Sequence[Encoded]:
        """Encode numbered conversations, in their order."""
        rendered = [self._render(number, conversation) for number, conversation in rows]
        encodings = self._tokens([row.text for row in rendered])
        return [
            Encoded(
                number=number,
                ids=tuple(encoding.ids),
                trained=_token_spans(encoding.offsets, row.trained),
                marked=row.marked if place < _SHOWN else "",
            )
            for place, ((number, _), row, encoding) in enumerate(
                zip(rows, rendered, encodings, strict=True)
            )
        ]

    def render(self, prompt: Conversation) -> tuple[str, int]:
        """Give the text of a prompt, up to where the answer begins, and its number of tokens."""
        self._refuse_control(prompt)
        text = self._format.prompt(prompt)
        return text, len(self._tokens([text])[0].ids)

    def _tokens(self, texts: list[str]) -> Any:
        # A tokenizer file may ask for both, or somebody else who uses it: rows would be cut.
        self._backend.no_truncation()
        self._backend.no_padding()
        return self._backend.encode_batch(texts, add_special_tokens=False)

    def _render(self, number: int, conversation: Conversation) -> Rendered:
        try:
            self._refuse_control(conversation)
            return self._format.render(conversation)
        except ChatTemplateError as error:
            raise ChatTemplateError(
                f"row {number}: {error}", why=error.why, fix=error.fix
            ) from error

    def _refuse_control(self, conversation: Conversation) -> None:
        """Refuse a turn that writes a control token: it would forge the end of a turn."""
        for turn in conversation.messages:
            if found := self._control.search(turn.content):
                raise ChatTemplateError(
                    f"the {turn.role} says {found.group()}, which is a control token of the model",
                    fix=("take it out of the text",),
                )


def _token_spans(
    offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> tuple[Span, ...]:
    """Give the tokens of which any character lies in a span; offsets only ever grow."""
    return tuple(
        Span(
            bisect_right(offsets, first, key=itemgetter(1)),
            bisect_left(offsets, past, key=itemgetter(0)),
        )
        for first, past in spans
    )
