"""guild's own chat format: plain ChatML, as a template and as text."""

from dataclasses import dataclass

from domain.conversation import Conversation, Role

PAD = "<|endoftext|>"
START = "<|im_start|>"
END = "<|im_end|>"
HEADER = f"{START}{Role.ASSISTANT}\n"
CHATML = (
    "{% for message in messages %}"
    f"{{{{ '{START}' + message['role'] + '\\n' + message['content'] + '{END}' + '\\n' }}}}"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{{{{ '{START}{Role.ASSISTANT}' + '\\n' }}}}{{% endif %}}"
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A conversation as text; each span is (first, past the last) character that is trained."""

    text: str
    trained: tuple[tuple[int, int], ...]

    @property
    def marked(self) -> str:
        """Show the text with its trained parts between ⟦ and ⟧."""
        parts, place = [], 0
        for start, end in self.trained:
            parts += [self.text[place:start], "⟦", self.text[start:end], "⟧"]
            place = end
        return "".join((*parts, self.text[place:]))


class ChatMl:
    """What the template above writes, built without it: rendering twice is what costs time."""

    def render(self, conversation: Conversation) -> Rendered:
        """Write all turns."""
        parts: list[str] = []
        trained: list[tuple[int, int]] = []
        place = 0
        for message in conversation.messages:
            header, said = f"{START}{message.role}\n", f"{message.content}{END}"
            first = place + len(header)
            place = first + len(said) + 1
            if message.role is Role.ASSISTANT:
                trained.append((first, place - 1))
            parts += (header, said, "\n")
        return Rendered("".join(parts), tuple(trained))

    def prompt(self, conversation: Conversation) -> str:
        """Write all turns and the beginning of the answer."""
        return self.render(conversation).text + HEADER
