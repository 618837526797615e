"""Any model's own chat format: what its template writes, and where the assistant speaks in it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jinja2 import TemplateError

from adapters.huggingface.chat_format import Rendered
from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message, Role, ask

Marks = tuple[str, str, str]
_PRIVATE_USE = range(0xE000, 0xF900)
_FAULTS_OF_TEMPLATES = (AttributeError, LookupError, TemplateError, TypeError, ValueError)
_FIX = ("set 'chat_template: chatml' in the hero's file",)


class TemplateFormat:
    """Renders with the tokenizer's template and finds each answer by marking it.

    A turn is trained from the end of the assistant's header to the end-of-turn token, so that what
    the template itself writes between header and answer is learned too.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._after = re.compile(r"\s*" + re.escape(str(tokenizer.eos_token)))
        self._header = self._find_header()

    def render(self, conversation: Conversation) -> Rendered:
        """Write all turns; refuse a template that changes what the assistant says."""
        text = self._write(conversation.messages)
        marks = _free_characters(text)
        marked = self._write([_mark(message, *marks) for message in conversation.messages])
        if not _is_literal(text, marked, marks, conversation):
            raise ChatTemplateError(
                "the chat template does not write what the assistant says letter by letter",
                fix=_FIX,
            )
        return Rendered(text, tuple(self._spans(marked, marks)))

    def prompt(self, conversation: Conversation) -> str:
        """Write all turns and the beginning of the answer."""
        return self._write(conversation.messages, add_generation_prompt=True)

    def _write(self, messages: Sequence[Message], *, add_generation_prompt: bool = False) -> str:
        turns = [{"role": str(turn.role), "content": turn.content} for turn in messages]
        try:
            return str(
                self._tokenizer.apply_chat_template(
                    turns, tokenize=False, add_generation_prompt=add_generation_prompt
                )
            )
        except _FAULTS_OF_TEMPLATES as error:
            raise ChatTemplateError(
                "the chat template cannot write this conversation", why=str(error), fix=_FIX
            ) from error

    def _find_header(self) -> str:
        question = ask("?").messages
        before, after = self._write(question), self._write(question, add_generation_prompt=True)
        if before == after or not after.startswith(before):
            raise ChatTemplateError(
                "the chat template does not say where an answer begins",
                why="with and without a generation prompt it should differ by the header alone",
                fix=_FIX,
            )
        return after.removeprefix(before)

    def _spans(self, marked: str, marks: Marks) -> Iterator[tuple[int, int]]:
        """Give the spans in the text without marks; `gone` counts the marks passed so far."""
        opened, closed, _ = marks
        turn_end = 0
        for gone, found in enumerate(re.finditer(f"[{''.join(marks)}]", marked)):
            if found.group() == opened:
                start = self._header_end(marked, turn_end, found.start()) - gone
                continue
            turn_end = found.end()
            if found.group() == closed:
                turn_end = self._turn_end(marked, turn_end)
                yield start, turn_end - gone - 1

    def _header_end(self, marked: str, start: int, end: int) -> int:
        found = marked.rfind(self._header, start, end)
        if found < 0:
            raise ChatTemplateError(f"no header {self._header!r} stands before an answer", fix=_FIX)
        return found + len(self._header)

    def _turn_end(self, marked: str, start: int) -> int:
        found = self._after.match(marked, start)
        if not found:
            raise ChatTemplateError(
                "no end of turn follows an answer",
                why=f"expected {self._tokenizer.eos_token!r}, found {marked[start : start + 20]!r}",
                fix=_FIX,
            )
        return found.end()


def _free_characters(text: str) -> Marks:
    used = set(text)
    opened, closed, other, *_ = (chr(code) for code in _PRIVATE_USE if chr(code) not in used)
    return opened, closed, other


def _mark(message: Message, opened: str, closed: str, other: str) -> Message:
    """Mark what is said inside its white space, which a template may strip."""
    core = message.content.strip()
    lead, tail = message.content.split(core, 1) if core else (message.content, "")
    if message.role is Role.ASSISTANT:
        return Message(message.role, f"{lead}{opened}{core}{closed}{tail}")
    return Message(message.role, f"{lead}{core}{other}{tail}")


def _is_literal(text: str, marked: str, marks: Marks, conversation: Conversation) -> bool:
    """Tell whether marks change nothing else and hold between them just what was said."""
    opened, closed, _ = marks
    answers = [turn.content for turn in conversation.messages if turn.role is Role.ASSISTANT]
    written = re.findall(f"{opened}(.*?){closed}", marked, re.DOTALL)
    alone = re.sub(f"[{''.join(marks)}]", "", marked)
    return alone == text and written == [answer.strip() for answer in answers]
