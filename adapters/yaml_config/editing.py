"""Changes settings in a file of people, and not a letter besides."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode

from domain.settings.layers import Value

# Texts that every YAML reader takes as they are; the others are quoted.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_MEANING = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def with_values(path: Path, values: Mapping[str, Value]) -> tuple[str, str]:
    """Give the file's new text, and the difference to the old one."""
    old = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    new = old
    for key, value in values.items():
        section, leaf = key.split(".")
        new = _changed(new, section, leaf, _written(value))
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), path.name, path.name, n=1
    )
    return new, "".join(lines)


def _changed(text: str, section: str, leaf: str, written: str) -> str:
    root = YAML(typ="safe", pure=True).compose(text)
    found = _entry(root, section)
    if found is None:
        if isinstance(root, MappingNode) and root.flow_style:
            return _begin(text, root, f"{section}: {{{leaf}: {written}}}")
        gap = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{gap}{section}:\n  {leaf}: {written}\n"
    key, block = found
    if not isinstance(block, MappingNode):  # a section without settings
        place = key.end_mark.index + text[key.end_mark.index :].index(":") + 1
        rest = text[block.end_mark.index :] if block.value else text[place:]  # ~ or nothing
        return f"{text[:place]}\n  {leaf}: {written}{rest}"
    if (old := _entry(block, leaf)) is not None:
        first, past = old[1].start_mark.index, old[1].end_mark.index
        space = "" if text[:first].endswith(" ") else " "
        return f"{text[:first]}{space}{written}{text[past:]}"
    return _begin(text, block, f"{leaf}: {written}")


def _begin(text: str, block: Any, line: str) -> str:
    """Write an entry before the first one of a mapping, in that mapping's own style."""
    if not block.value:
        return f"{text[: block.start_mark.index]}{{{line}}}{text[block.end_mark.index :]}"
    mark = block.value[0][0].start_mark
    after = ", " if block.flow_style else "\n" + " " * mark.column
    return f"{text[: mark.index]}{line}{after}{text[mark.index :]}"


def _entry(block: Any, name: str) -> tuple[Any, Any] | None:
    if not isinstance(block, MappingNode):
        return None
    return next(((key, value) for key, value in block.value if key.value == name), None)


def _written(value: Value) -> str:
    if not isinstance(value, str):
        return repr(value).lower()
    if _WORD.fullmatch(value) and value.lower() not in _MEANING:
        return value
    letters = (
        letter if letter.isprintable() and letter not in '"\\' else f"\\U{ord(letter):08X}"
        for letter in value
    )
    return f'"{"".join(letters)}"'
