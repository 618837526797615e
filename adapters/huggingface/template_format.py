"""Any model's own chat format: what its template writes, and where the assistant speaks in it."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from adapters.huggingface.answer_marks import spans_by_marks
from adapters.huggingface.chat_format import Rendered, is_trained
from adapters.huggingface.surroundings import KnownSurroundings
from adapters.huggingface.template_writer import (
    FIX,
    Frame,
    TemplateWriter,
    control_tokens,
    frame_of,
)
from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message, Role


class TemplateFormat:
    """Renders with the tokenizer's template and finds each answer in what it wrote.

    A turn is trained from the end of the assistant's header to the end-of-turn token, so that what
    the template itself writes between header and answer is learned too. Where the template marks
    what is generated, just that is trained. Whatever way a span was found, it is checked.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._writer = TemplateWriter(tokenizer)
        self._frame = frame_of(self._writer, tokenizer)
        self.end, self.openers = self._frame.end, self._frame.openers
        self._by_marks = partial(spans_by_marks, self._writer, self._frame)
        self._by_prefixes = partial(_spans_by_prefixes, self._writer, self._frame)
        self._surroundings = KnownSurroundings(self._by_marks)
        silent = "|".join(map(re.escape, control_tokens(tokenizer)))
        self._after_end = re.compile(rf"(?:\s|{silent})*")

    def render(self, conversation: Conversation) -> Rendered:
        """Write all turns; refuse a template that changes what is said."""
        if self._writer.marks_answers:
            with suppress(ChatTemplateError):
                return self._checked(conversation, _generated(self._writer, conversation))
        has_text_alone = all(map(_is_text, conversation.messages))
        find = self._by_surroundings if has_text_alone else self._by_prefixes
        return self._checked(conversation, find(conversation))

    def prompt(self, conversation: Conversation) -> str:
        """Write all turns and the beginning of the answer."""
        text = self._writer.write(conversation, answering=True)
        _require_written(conversation, text)
        _require_tools(self._writer, conversation, text, answering=True)
        return text

    def _by_surroundings(self, conversation: Conversation) -> Rendered:
        """Render once where the text is as the first one of its kind lets expect."""
        if not conversation.tools:
            text = self._writer.write(conversation)
            if found := self._surroundings.place(conversation, text):
                return found
        return self._by_marks(conversation)

    def _checked(self, conversation: Conversation, rendered: Rendered) -> Rendered:
        _require_written(conversation, rendered.text)
        _require_tools(self._writer, conversation, rendered.text)
        trained = [turn for turn in conversation.messages if is_trained(turn)]
        if len(trained) != len(rendered.trained):
            raise ChatTemplateError("the chat template does not keep the turns apart", fix=FIX)
        for turn, (first, past) in zip(trained, rendered.trained, strict=True):
            self._check_span(turn, rendered.text[first:past])
        return rendered

    def _check_span(self, turn: Message, span: str) -> None:
        said, _, after = span.rpartition(self.end)
        if not self._after_end.fullmatch(after) or self.end not in span:
            raise ChatTemplateError(
                "no end of turn follows an answer",
                why=f"expected {self.end!r} in {span[-20:]!r}",
                fix=FIX,
            )
        wanted = (turn.thinking, turn.content, *(call.name for call in turn.tool_calls))
        if any(word.strip() not in said for word in wanted):
            raise _not_literal()
        if any(opener in span for opener in self.openers):
            raise ChatTemplateError("a turn of somebody else begins within an answer", fix=FIX)


def _is_text(turn: Message) -> bool:
    plain = not turn.thinking and not turn.tool_calls and bool(turn.content.strip())
    return plain or turn.role is not Role.ASSISTANT


def _generated(writer: TemplateWriter, conversation: Conversation) -> Rendered:
    """Take what the template marks; blocks that touch are of one turn."""
    rendered = writer.marked(conversation)
    spans = tuple(_merged(rendered.trained))
    turns = [turn for turn in conversation.messages if turn.role is Role.ASSISTANT]
    if len(spans) != len(turns):
        raise ChatTemplateError("the chat template does not mark each answer once", fix=FIX)
    wanted = (span for span, turn in zip(spans, turns, strict=True) if turn.trained)
    return Rendered(rendered.text, tuple(wanted))


def _merged(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    full = [span for span in spans if span[0] < span[1]]
    starts = [span[0] for last, span in pairwise([(-1, -1), *full]) if last[1] != span[0]]
    ends = [span[1] for span, after in pairwise([*full, (-1, -1)]) if span[1] != after[0]]
    return zip(starts, ends, strict=True)


def _spans_by_prefixes(
    writer: TemplateWriter, frame: Frame, conversation: Conversation
) -> Rendered:
    """Find each answer behind the prompt that asks for it, which must be how the row begins."""
    text = writer.write(conversation)

    def span(place: int) -> tuple[int, int]:
        before = Conversation(conversation.messages[:place], conversation.tools)
        prompt = writer.write(before, answering=True)
        end = text.find(frame.end, len(prompt))
        if not text.startswith(prompt) or end < 0:
            raise ChatTemplateError(
                f"the chat template writes what stands before turn {place + 1} in another way "
                "once there is an answer",
                fix=FIX,
            )
        return len(prompt), end + len(frame.end)

    turns = enumerate(conversation.messages)
    return Rendered(text, tuple(span(place) for place, turn in turns if is_trained(turn)))


def _require_written(conversation: Conversation, text: str) -> None:
    """Refuse a template that leaves a turn or a tool out, or writes other words."""
    place = 0
    for number, turn in enumerate(conversation.messages, start=1):
        if turn.role is Role.ASSISTANT:
            continue  # templates may shorten what was answered long ago
        said = turn.content.strip()
        if turn.role is Role.TOOL and said not in text:
            said = json.dumps(said, ensure_ascii=False)[1:-1]
        place = text.find(said, place)
        if place < 0:
            raise _not_literal(f"turn {number}, of the {turn.role}, is not in what it writes")
        place += len(said)


def _require_tools(
    writer: TemplateWriter, conversation: Conversation, text: str, *, answering: bool = False
) -> None:
    """Refuse a template that writes the same without the tools, or without the calls."""
    fewer = []
    if conversation.tools:
        fewer.append(replace(conversation, tools=""))
    if any(turn.tool_calls for turn in conversation.messages):
        silent = tuple(replace(turn, tool_calls=()) for turn in conversation.messages)
        fewer.append(replace(conversation, messages=silent))
    if any(writer.writes(other, text, answering=answering) for other in fewer):
        raise ChatTemplateError("the chat template does not write the tools", fix=FIX)


def _not_literal(why: str = "") -> ChatTemplateError:
    what = "the chat template does not write what is said letter by letter"
    return ChatTemplateError(what, why=why, fix=FIX)
