"""Rows of 'conversations': turns with 'from' and 'value', as ShareGPT wrote them."""

from collections.abc import Mapping

from domain.conversation import Conversation, Message, Role, RowError, ToolCall
from domain.formats.calls import call, calls, tools
from domain.formats.fields import from_json
from domain.formats.messages import message, objects, role, spoken, turn
from domain.formats.talk import conversation

_CALL = "function_call"
_SPEAKERS = {
    "system": Role.SYSTEM,
    "human": Role.USER,
    "user": Role.USER,
    "gpt": Role.ASSISTANT,
    "assistant": Role.ASSISTANT,
    "chatgpt": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function_response": Role.TOOL,
    "observation": Role.TOOL,
    _CALL: Role.ASSISTANT,
}


def shared(row: Mapping[str, object], system_column: str = "system") -> Conversation:
    """Read one row; turns with 'role' and 'content' are read as those of messages."""
    said = tuple(
        _turn(each, f"turn {number}")
        for number, each in enumerate(objects(row.get("conversations"), "conversations"), start=1)
    )
    return conversation(said, row, system_column, tools(row.get("tools")))


def _turn(value: Mapping[str, object], where: str) -> Message:
    if "role" in value and "from" not in value:
        return turn(value, where)
    speaker = role(value, where, "from", _SPEAKERS)
    if value["from"] != _CALL:
        return spoken(value, where, speaker, "value")
    made = _calls(value.get("value"), f"{where}, 'value'")
    return message(value, where, speaker, "", made)


def _calls(value: object, where: str) -> tuple[ToolCall, ...]:
    said = from_json(value, where)
    made = calls(said, where) if isinstance(said, list) else (call(said, where),)
    if not made:
        raise RowError(f"{where}: there is no call in the list")
    return made
