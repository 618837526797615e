"""What a field of a row may hold; `where` names the field for the person who reads the refusal."""

import json
import re

from domain.conversation import RowError
from domain.text import printable

_KINDS = {
    type(None): "nothing",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
_LONGEST_SHOWN = 40
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def kind_of(value: object) -> str:
    """Say what was found in a field."""
    return _KINDS.get(type(value), f"a value of type {type(value).__name__}")


def shown(value: str) -> str:
    """Quote the beginning of what was found."""
    cut = value[:_LONGEST_SHOWN]
    return f"'{printable(cut)}{'' if cut == value else '…'}'"


def text(value: object, where: str) -> str:
    """Give a text that says something and can be written as UTF-8."""
    if not isinstance(value, str):
        raise RowError(f"{where}: expected a text, found {kind_of(value)}")
    if not value or value.isspace():
        raise RowError(f"{where}: the text is empty")
    return _clean(value, where)


def optional_text(value: object, where: str) -> str:
    """Give a text, or '' where there is none."""
    return "" if value is None or value == "" else text(value, where)


def from_json(value: object, where: str) -> object:
    """Give what a JSON text holds, and anything that is no text as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        raise RowError(f"{where}: no JSON in the text, {error}") from error


def canonical(value: object, where: str) -> str:
    """Write a value as JSON without spaces; keys stay in their order, which templates show."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise RowError(f"{where}: cannot be written as JSON, {error}") from error
    if _ESCAPED_NUL.search(written):
        raise RowError(f"{where}: a text in it holds a NUL character")
    return _clean(written, where)


def _clean(value: str, where: str) -> str:
    if (place := value.find("\0")) >= 0:
        raise RowError(f"{where}: character {place + 1} is NUL")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise RowError(
            f"{where}: character {error.start + 1} is half of a surrogate pair"
        ) from error
    return value


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found
