"""Tools that the assistant may call, and the calls that it makes."""

from domain.conversation import RowError, ToolCall
from domain.formats.fields import canonical, from_json, kind_of, optional_text, text


def tools(value: object) -> str:
    """Read the column 'tools', a list or its JSON text; '' without any."""
    if value is None or value == "":
        return ""
    listed = from_json(value, "'tools'")
    if not isinstance(listed, list):
        raise RowError(f"'tools': expected a list, found {kind_of(listed)}")
    for number, tool in enumerate(listed, start=1):
        if not isinstance(tool, dict):
            raise RowError(f"'tools': tool {number} is {kind_of(tool)}, expected an object")
    return canonical(listed, "'tools'") if listed else ""


def calls(value: object, where: str) -> tuple[ToolCall, ...]:
    """Read a list of calls or its JSON text; () without any."""
    if value is None or value == "":
        return ()
    listed = from_json(value, where)
    if not isinstance(listed, list):
        raise RowError(f"{where}: expected a list of calls, found {kind_of(listed)}")
    return tuple(
        call(each, f"{where}, call {number}") for number, each in enumerate(listed, start=1)
    )


def call(value: object, where: str) -> ToolCall:
    """Read {"id", "type", "function": {"name", "arguments"}}, or a bare {"name", "arguments"}."""
    if not isinstance(value, dict):
        raise RowError(f"{where}: expected an object, found {kind_of(value)}")
    if value.get("type") not in (None, "function"):
        raise RowError(f"{where}: only calls of type 'function' are known")
    named = value if value.get("function") is None else value["function"]
    if not isinstance(named, dict):
        raise RowError(f"{where}, 'function': expected an object, found {kind_of(named)}")
    return ToolCall(
        name=text(named.get("name"), f"{where}, 'name'"),
        arguments=_arguments(named.get("arguments"), f"{where}, 'arguments'"),
        id=optional_text(value.get("id"), f"{where}, 'id'"),
    )


def _arguments(value: object, where: str) -> str:
    given = {} if value is None else from_json(value, where)
    if not isinstance(given, dict):
        raise RowError(f"{where}: expected an object, found {kind_of(given)}")
    return canonical(given, where)
