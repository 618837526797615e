"""Answers found in what a template writes by characters that nobody else uses."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from adapters.huggingface.chat_format import Rendered, is_trained
from adapters.huggingface.template_writer import FIX, Frame, TemplateWriter
from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message

Marks = tuple[str, str, str]
_PRIVATE_USE = range(0xE000, 0xF900)


def spans_by_marks(writer: TemplateWriter, frame: Frame, conversation: Conversation) -> Rendered:
    """Write all turns once as they are and once with marks; refuse where that changes more."""
    text = writer.write(conversation)
    marks = _free_characters(text)
    turns = tuple(_mark(message, *marks) for message in conversation.messages)
    marked = writer.write(Conversation(turns, conversation.tools))
    if not _is_literal(text, marked, marks, conversation):
        raise ChatTemplateError(
            "the chat template does not write what the assistant says letter by letter", fix=FIX
        )
    return Rendered(text, tuple(_spans(marked, marks, frame)))


def _spans(marked: str, marks: Marks, frame: Frame) -> Iterator[tuple[int, int]]:
    """Give the spans in the text without marks; `gone` counts the marks passed so far."""
    opened, closed, _ = marks
    turn_end = 0
    for gone, found in enumerate(re.finditer(f"[{''.join(marks)}]", marked)):
        if found.group() == opened:
            start = _header_end(marked, turn_end, found.start(), frame.header) - gone
            continue
        turn_end = found.end()
        if found.group() == closed:
            turn_end = _turn_end(marked, turn_end, frame.end)
            yield start, turn_end - gone - 1


def _header_end(marked: str, start: int, end: int, header: str) -> int:
    found = marked.rfind(header, start, end)
    if found < 0:
        raise ChatTemplateError(f"no header {header!r} stands before an answer", fix=FIX)
    return found + len(header)


def _turn_end(marked: str, start: int, end_of_turn: str) -> int:
    found = re.compile(rf"\s*{re.escape(end_of_turn)}").match(marked, start)
    if not found:
        raise ChatTemplateError(
            "no end of turn follows an answer",
            why=f"expected {end_of_turn!r}, found {marked[start : start + 20]!r}",
            fix=FIX,
        )
    return found.end()


def _free_characters(text: str) -> Marks:
    used = set(text)
    free = islice((chr(code) for code in _PRIVATE_USE if chr(code) not in used), 3)
    match tuple(free):
        case opened, closed, other:
            return opened, closed, other
    raise ChatTemplateError("the text uses every character that nobody uses", fix=FIX)


def _mark(message: Message, opened: str, closed: str, other: str) -> Message:
    """Mark what is said inside its white space, which a template may strip."""
    core = message.content.strip()
    lead, tail = message.content.split(core, 1) if core else (message.content, "")
    before, after = (opened, closed) if is_trained(message) else ("", other)
    return replace(message, content=f"{lead}{before}{core}{after}{tail}")


def _is_literal(text: str, marked: str, marks: Marks, conversation: Conversation) -> bool:
    """Tell whether marks change nothing else and hold between them just what was said."""
    opened, closed, _ = marks
    answers = [turn.content for turn in conversation.messages if is_trained(turn)]
    written = re.findall(f"{opened}(.*?){closed}", marked, re.DOTALL)
    alone = re.sub(f"[{''.join(marks)}]", "", marked)
    return alone == text and written == [answer.strip() for answer in answers]
