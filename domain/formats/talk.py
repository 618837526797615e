"""Turns become a conversation: who may speak after whom, and what there is to learn."""

from collections.abc import Mapping
from dataclasses import replace

from domain.conversation import Conversation, Message, Role, RowError
from domain.formats.fields import optional_text


def conversation(
    messages: tuple[Message, ...], row: Mapping[str, object], system_column: str, tools: str = ""
) -> Conversation:
    """Check the order of the turns and put the system prompt of the row before them."""
    _check_order(messages)
    system = optional_text(row.get(system_column), f"'{system_column}'") if system_column else ""
    if not system:
        return Conversation(messages, tools)
    if messages[0].role is Role.SYSTEM:
        raise RowError(f"'{system_column}' and turn 1 both give a system prompt")
    return Conversation((Message(Role.SYSTEM, system), *messages), tools)


def only_last_trained(said: Conversation) -> Conversation:
    """Take the loss from every answer but the last."""
    *before, last = said.messages
    quiet = (
        replace(message, trained=False) if message.role is Role.ASSISTANT else message
        for message in before
    )
    return replace(said, messages=(*quiet, last))


def require_trained(said: Conversation) -> Conversation:
    """Refuse a conversation in which no answer carries loss."""
    if not any(turn.trained for turn in said.messages if turn.role is Role.ASSISTANT):
        raise RowError("no turn of the assistant is trained: nothing to learn")
    return said


def _check_order(messages: tuple[Message, ...]) -> None:
    if all(message.role is not Role.ASSISTANT for message in messages):
        raise RowError("no assistant turn: nothing to learn")
    expected: tuple[Role, ...] = (Role.SYSTEM, Role.USER)
    for number, message in enumerate(messages, start=1):
        if message.role not in expected:
            raise RowError(f"turn {number} is {message.role}, expected {' or '.join(expected)}")
        expected = _next(message)
    if messages[-1].role is not Role.ASSISTANT:
        raise RowError("the last turn is not the assistant's: its question has no answer")


def _next(message: Message) -> tuple[Role, ...]:
    match message.role:
        case Role.SYSTEM:
            return (Role.USER,)
        case Role.USER:
            return (Role.ASSISTANT,)
        case Role.ASSISTANT:
            return (Role.TOOL, Role.USER) if message.tool_calls else (Role.USER,)
        case Role.TOOL:
            return (Role.ASSISTANT, Role.TOOL)
