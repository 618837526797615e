"""guild's own chat format: plain ChatML, as a template and as text."""

from dataclasses import dataclass

from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message, Role

PAD = "<|endoftext|>"
START = "<|im_start|>"
END = "<|im_end|>"
HEADER = f"{START}{Role.ASSISTANT}\n"
CHATML = (
    "{% for message in messages %}"
    f"{{{{ '{START}' + message['role'] + '\\n' }}}}"
    "{% if message['reasoning_content'] %}"
    "{{ '<think>\\n' + message['reasoning_content'] + '\\n</think>\\n\\n' }}{% endif %}"
    f"{{{{ message['content'] + '{END}' + '\\n' }}}}"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{{{{ '{START}{Role.ASSISTANT}' + '\\n' }}}}{{% endif %}}"
)
_THINKING = ("<think>", "</think>", "reasoning_content", "enable_thinking")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A conversation as text; each span is (first, past the last) character that is trained."""

    text: str
    trained: tuple[tuple[int, int], ...]


class ChatMl:
    """What the template above writes, built without it: rendering twice is what costs time."""

    end = END
    openers = frozenset({START})

    def render(self, conversation: Conversation) -> Rendered:
        """Write all turns; refuse tools, which plain ChatML has no words for."""
        _refuse_tools(conversation)
        parts: list[str] = []
        trained: list[tuple[int, int]] = []
        place = 0
        for message in conversation.messages:
            header, said = f"{START}{message.role}\n", f"{_said(message)}{END}"
            first = place + len(header)
            place = first + len(said) + 1
            if is_trained(message):
                trained.append((first, place - 1))
            parts += (header, said, "\n")
        return Rendered("".join(parts), tuple(trained))

    def prompt(self, conversation: Conversation) -> str:
        """Write all turns and the beginning of the answer."""
        return self.render(conversation).text + HEADER


def is_trained(message: Message) -> bool:
    """Tell whether a turn carries loss."""
    return message.trained and message.role is Role.ASSISTANT


def thinks(template: str) -> bool:
    """Tell whether a chat template has its own way to think; ours adds nothing to what is said."""
    return template != CHATML and any(word in template for word in _THINKING)


def _said(message: Message) -> str:
    thoughts = f"<think>\n{message.thinking}\n</think>\n\n" if message.thinking else ""
    return f"{thoughts}{message.content}"


def _refuse_tools(conversation: Conversation) -> None:
    if conversation.tools or any(
        turn.tool_calls or turn.role is Role.TOOL for turn in conversation.messages
    ):
        raise ChatTemplateError(
            "plain ChatML cannot write tools",
            fix=("set 'template: model' under 'chat' in the hero's file",),
        )
