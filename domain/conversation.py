"""What is said in one example."""

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import ErrorCode, GuildError


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the assistant makes; arguments are canonical JSON of an object."""

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn; a trained one of the assistant carries loss, its thoughts and calls included."""

    role: Role
    content: str
    thinking: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    trained: bool = True


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in order; the last one is the assistant's where there is an answer to learn.

    tools is the canonical JSON of the list of tools that the assistant may call, '' without any.
    """

    messages: tuple[Message, ...]
    tools: str = ""

    @property
    def prompt(self) -> "Conversation":
        """Give all turns before the last answer."""
        return Conversation(self.messages[:-1], self.tools)

    @property
    def answer(self) -> str:
        """Give the last answer."""
        return self.messages[-1].content


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text without turns; all of it is trained, and the end of the text after it."""

    text: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """Tokens of the model itself; trained says for each whether it carries loss."""

    ids: tuple[int, ...]
    trained: tuple[bool, ...]


Example = Conversation | PlainText | TokenRow


class RowError(GuildError):
    """A row holds nothing that can be trained on."""

    code = ErrorCode.DATA_LINE


def ask(text: str) -> Conversation:
    """Make the conversation of one question."""
    return Conversation((Message(Role.USER, text),))
