"""Rows of 'messages': turns with 'role' and 'content', as chat services write them."""

from collections.abc import Mapping

from domain.conversation import Conversation, Message, Role, RowError, ToolCall
from domain.formats.calls import call, calls, tools
from domain.formats.fields import from_json, kind_of, optional_text, shown, text
from domain.formats.talk import conversation

ROLES = {role.value: role for role in Role} | {
    "developer": Role.SYSTEM,
    "human": Role.USER,
    "gpt": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "function": Role.TOOL,
    "ipython": Role.TOOL,
}


def chat(row: Mapping[str, object], system_column: str = "") -> Conversation:
    """Read one row of messages."""
    said = turns(row.get("messages"), "messages")
    return conversation(said, row, system_column, tools(row.get("tools")))


def turns(value: object, column: str) -> tuple[Message, ...]:
    """Read a list of turns, or its JSON text where a table holds nothing else."""
    return tuple(
        turn(each, f"turn {number}") for number, each in enumerate(objects(value, column), start=1)
    )


def objects(value: object, column: str) -> list[Mapping[str, object]]:
    """Give the turns of a column before they are read."""
    listed = from_json(value, f"'{column}'")
    if not isinstance(listed, list):
        raise RowError(f"'{column}': expected a list of turns, found {kind_of(listed)}")
    if not listed:
        raise RowError(f"'{column}': the list of turns is empty")
    for number, each in enumerate(listed, start=1):
        if not isinstance(each, dict):
            raise RowError(f"turn {number}: expected an object, found {kind_of(each)}")
    return listed


def turn(value: Mapping[str, object], where: str) -> Message:
    """Read one turn with 'role' and 'content'."""
    return spoken(value, where, role(value, where, "role", ROLES), "content")


def role(value: Mapping[str, object], where: str, field: str, known: Mapping[str, Role]) -> Role:
    """Tell who speaks."""
    name = value.get(field)
    if isinstance(name, str) and name in known:
        return known[name]
    found = shown(name) if isinstance(name, str) else kind_of(name)
    raise RowError(f"{where}, '{field}': found {found}, known are {', '.join(known)}")


def spoken(value: Mapping[str, object], where: str, speaker: Role, field: str) -> Message:
    """Read a turn whose words stand in this field; beside calls there may be none."""
    made = _calls(value, where)
    content = _content(value.get(field), f"{where}, '{field}'", optional=bool(made))
    return message(value, where, speaker, content, made)


def message(
    value: Mapping[str, object],
    where: str,
    speaker: Role,
    content: str,
    made: tuple[ToolCall, ...],
) -> Message:
    """Read what stands in a turn beside its words and calls."""
    thinking = _thinking(value, where)
    if speaker is not Role.ASSISTANT and (made or thinking):
        raise RowError(f"{where}: {speaker} has thoughts or calls, only the assistant may")
    weight = _weight(value, where)
    trained = weight if speaker is Role.ASSISTANT else True
    return Message(speaker, content, thinking, made, trained)


def _content(value: object, where: str, *, optional: bool) -> str:
    if isinstance(value, list):
        value = "".join(
            _part(each, f"{where}, part {number}") for number, each in enumerate(value, start=1)
        )
    return optional_text(value, where) if optional else text(value, where)


def _part(value: object, where: str) -> str:
    if not isinstance(value, dict):
        raise RowError(f"{where}: expected an object, found {kind_of(value)}")
    if (kind := value.get("type")) != "text":
        found = shown(kind) if isinstance(kind, str) else kind_of(kind)
        raise RowError(f"{where}: its type is {found}, only 'text' is trained on")
    if not isinstance(said := value.get("text"), str):
        raise RowError(f"{where}, 'text': expected a text, found {kind_of(said)}")
    return said


def _thinking(value: Mapping[str, object], where: str) -> str:
    fields = ("reasoning_content", "thinking")
    given = [field for field in fields if value.get(field) not in (None, "")]
    found = [text(value[field], f"{where}, '{field}'") for field in given]
    if len(set(found)) > 1:
        raise RowError(f"{where}: 'reasoning_content' and 'thinking' are not the same")
    return found[0] if found else ""


def _calls(value: Mapping[str, object], where: str) -> tuple[ToolCall, ...]:
    made = calls(value.get("tool_calls"), f"{where}, 'tool_calls'")
    single = value.get("function_call")
    return made if single is None else (*made, call(single, f"{where}, 'function_call'"))


def _weight(value: Mapping[str, object], where: str) -> bool:
    weight = value.get("weight")
    if weight is None:
        return True
    if not isinstance(weight, int | float) or weight not in (0, 1):
        raise RowError(f"{where}, 'weight': expected 0 or 1")
    return bool(weight)
