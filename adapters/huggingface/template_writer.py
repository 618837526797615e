"""What a model's own chat template writes, and the frame that it puts around an answer."""

import json
import re
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError
from transformers.utils.chat_template_utils import render_jinja_template

from adapters.huggingface.chat_format import Rendered
from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message, Role, ask

FIX = ("set 'template: chatml' under 'chat' in the hero's file",)
_FAULTS_OF_TEMPLATES = (AttributeError, LookupError, TemplateError, TypeError, ValueError)
_GENERATION = re.compile(r"\{%-?\s*generation\s*-?%\}")
_PROBE = "\ue000"


class TemplateWriter:
    """Renders conversations as the tokenizer would, and tells which parts a template marks."""

    def __init__(self, tokenizer: Any) -> None:
        self._template = tokenizer.chat_template
        self._special = tokenizer.special_tokens_map
        self.marks_answers = _GENERATION.search(self._template) is not None

    def write(self, conversation: Conversation, *, answering: bool = False) -> str:
        """Write all turns, and with answering the beginning of an answer."""
        return self._render(conversation, add_generation_prompt=answering).text

    def writes(self, conversation: Conversation, text: str, *, answering: bool = False) -> bool:
        """Tell whether a conversation is written, and as this text."""
        try:
            return self.write(conversation, answering=answering) == text
        except ChatTemplateError:
            return False

    def marked(self, conversation: Conversation) -> Rendered:
        """Write all turns, with what the template says is generated."""
        return self._render(conversation, return_assistant_tokens_mask=True)

    def _render(self, conversation: Conversation, **how: bool) -> Rendered:
        try:
            texts, spans = render_jinja_template(
                [[_turn(message) for message in conversation.messages]],
                tools=json.loads(conversation.tools) if conversation.tools else None,
                chat_template=self._template,
                **how,
                **self._special,
            )
        except _FAULTS_OF_TEMPLATES as error:
            raise ChatTemplateError(
                "the chat template cannot write this conversation", why=str(error), fix=FIX
            ) from error
        return Rendered(texts[0], tuple(spans[0]) if spans else ())


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after an answer; a turn begins with one of the openers."""

    header: str
    end: str
    openers: frozenset[str]


def frame_of(writer: TemplateWriter, tokenizer: Any) -> Frame:
    """Find the frame by rendering; the end of a turn need not be the tokenizer's end of text."""
    asked, answering = (writer.write(ask("?"), answering=each) for each in (False, True))
    header = _header(asked, answering, tokenizer.eos_token or "")
    end = _end_of_turn(writer, tokenizer)
    openers = frozenset(token for token in control_tokens(tokenizer) if token in answering)
    return Frame(header, end, openers - {end})


def control_tokens(tokenizer: Any) -> set[str]:
    """Give the tokens that are no text; a tokenizer need not have a name for each."""
    added = tokenizer.added_tokens_decoder.values()
    special = {each.content for each in added if each.special}
    return special.union(tokenizer.all_special_tokens) - {""}


def _header(asked: str, answering: str, end_of_text: str) -> str:
    """Give what is written more; some templates end the text where no answer is asked for."""
    for before in (asked, asked.removesuffix(end_of_text)):
        if before != answering and answering.startswith(before):
            return answering.removeprefix(before)
    raise ChatTemplateError(
        "the chat template does not say where an answer begins",
        why="with and without a generation prompt it should differ by the header alone",
        fix=FIX,
    )


def _end_of_turn(writer: TemplateWriter, tokenizer: Any) -> str:
    """Give the first token after an answer."""
    answer = Message(Role.ASSISTANT, _PROBE)
    _, _, tail = writer.write(Conversation((*ask("?").messages, answer))).rpartition(_PROBE)
    added = [each.content for each in tokenizer.added_tokens_decoder.values()]
    tokens = sorted({*control_tokens(tokenizer), *added}, key=len, reverse=True)
    found = re.match(rf"\s*({'|'.join(map(re.escape, tokens))})", tail) if tokens else None
    if not found:
        raise ChatTemplateError(
            "no end of turn follows an answer",
            why=f"expected a token of the model's own, found {tail[:20]!r}",
            fix=FIX,
        )
    return found.group(1)


def _turn(message: Message) -> dict[str, object]:
    turn: dict[str, object] = {"role": str(message.role), "content": message.content}
    if message.thinking:
        turn["reasoning_content"] = message.thinking
    if message.tool_calls:
        turn["tool_calls"] = [
            {
                "type": "function",
                **({"id": call.id} if call.id else {}),
                "function": {"name": call.name, "arguments": json.loads(call.arguments)},
            }
            for call in message.tool_calls
        ]
    return turn
