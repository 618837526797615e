"""What is said in one example, and how a row of a dataset says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import ErrorCode, GuildError


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in order; the last one is the assistant's where there is an answer to learn."""

    messages: tuple[Message, ...]

    @property
    def prompt(self) -> "Conversation":
        """Give all turns before the last answer."""
        return Conversation(self.messages[:-1])

    @property
    def answer(self) -> str:
        """Give the last answer."""
        return self.messages[-1].content


class Format(StrEnum):
    """How the rows of a dataset are written."""

    MESSAGES = "messages"
    QUESTION_ANSWER = "question/answer"
    PROMPT_COMPLETION = "prompt/completion"


class RowError(GuildError):
    """A row holds nothing that can be trained on."""

    code = ErrorCode.DATA_LINE


_PAIRS = {
    Format.QUESTION_ANSWER: ("question", "answer"),
    Format.PROMPT_COMPLETION: ("prompt", "completion"),
}


def recognise(row: Mapping[str, object]) -> Format:
    """Tell the format of a dataset from one row."""
    if "messages" in row:
        return Format.MESSAGES
    for kind, pair in _PAIRS.items():
        if set(pair) <= set(row):
            return kind
    columns = ", ".join(map(str, row)) or "none"
    raise RowError(
        "expected 'messages', 'question' and 'answer', or 'prompt' and 'completion'; "
        f"found {columns}"
    )


def parse(row: Mapping[str, object], kind: Format) -> Conversation:
    """Read one row; refuse it with the reason where nothing could be learned from it."""
    if kind is Format.MESSAGES:
        return _from_messages(row.get("messages"))
    asked, answered = _PAIRS[kind]
    return Conversation(
        (
            Message(Role.USER, _text(row.get(asked), f"'{asked}'")),
            Message(Role.ASSISTANT, _text(row.get(answered), f"'{answered}'")),
        )
    )


def ask(text: str) -> Conversation:
    """Make the conversation of one question."""
    return Conversation((Message(Role.USER, text),))


def _from_messages(value: object) -> Conversation:
    if not isinstance(value, list) or not value:
        raise RowError("'messages' is not a list of turns")
    messages = tuple(_message(number, turn) for number, turn in enumerate(value, start=1))
    _check_order(messages)
    return Conversation(messages)


def _message(number: int, turn: object) -> Message:
    if not isinstance(turn, dict):
        raise RowError(f"turn {number} is not an object with 'role' and 'content'")
    role = turn.get("role")
    if not isinstance(role, str) or role not in set(Role):
        raise RowError(f"turn {number} has role {role!r}; known are {', '.join(Role)}")
    return Message(Role(role), _text(turn.get("content"), f"'content' of turn {number}"))


def _check_order(messages: tuple[Message, ...]) -> None:
    turns = [message.role for message in messages]
    if Role.ASSISTANT not in turns:
        raise RowError("no assistant turn: nothing to learn")
    talk = turns[1:] if turns[0] is Role.SYSTEM else turns
    for place, role in enumerate(talk):
        expected = Role.USER if place % 2 == 0 else Role.ASSISTANT
        if role is not expected:
            raise RowError(
                f"turn {len(turns) - len(talk) + place + 1} is {role}, expected {expected}"
            )
    if talk[-1] is not Role.ASSISTANT:
        raise RowError("the last turn is not the assistant's: its question has no answer")


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RowError(f"{what} is not a text")
    return value
