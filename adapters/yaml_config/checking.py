"""Whether a setting may have a value: asked of the fields of the settings themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from enum import Enum
from functools import cache
from typing import Annotated, Any

import pydantic
from pydantic import TypeAdapter, ValidationError

from adapters.yaml_config.near import near_settings
from adapters.yaml_config.strict import Entry
from application.ports.settings_source import BadSettingError, UnknownSettingError
from domain.errors import GuildError
from domain.settings.layers import Value
from domain.settings.secrets import looks_like_secret
from domain.settings.settings import Settings

_SIGNS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
_KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


def check_tree(tree: Entry) -> tuple[dict[str, Value], dict[str, str]]:
    """Check the sections of settings in a file; give values and places by dotted key."""
    leaves = dict(_leaves(tree))
    values = {key: check(key, entry.plain(), entry.place) for key, entry in leaves.items()}
    return values, {key: entry.place for key, entry in leaves.items()}


def tree_faults(tree: Entry) -> list[GuildError]:
    """Check every leaf and give all refusals."""
    found: list[GuildError] = []
    for section, entry in tree.children.items():
        try:
            leaves = dict(_leaves_of(section, entry))
        except BadSettingError as error:
            found.append(error)
            continue
        for key, leaf in leaves.items():
            try:
                check(key, leaf.plain(), leaf.place)
            except (BadSettingError, UnknownSettingError) as error:
                found.append(error)
    return found


def check(key: str, value: object, where: str, *, typed: bool = True) -> Value:
    """Check one value; one that is not typed yet is a text from a command line."""
    if key not in _leaf_fields():
        raise UnknownSettingError(key, where, near_settings(key, list(_leaf_fields())))
    if isinstance(value, str) and looks_like_secret(value):
        raise BadSettingError(
            f"{key} looks like a secret ({where})",
            why="settings are recorded in the log and shown",
            fix=("keep the secret in a file or a variable of its own",),
        )
    adapter = _adapter(key)
    try:
        return _plain(adapter.validate_python(value) if typed else adapter.validate_strings(value))
    except ValidationError as error:
        field = _leaf_fields()[key]
        raise BadSettingError(
            f"{key} cannot be {repr(value)[:60]} ({where})",
            why=f"it is {_allowed(field)}",
            fix=(f"leave it out for {_plain(field.default)!r}, or what the hero says",),
        ) from error


def leaf_schema(key: str) -> dict[str, Any]:
    """Give the JSON Schema of one setting."""
    field = _leaf_fields()[key]
    shape = _adapter(key).json_schema()
    choices = {"enum": shape["enum"], "type": "string"} if "enum" in shape else shape
    unit = field.metadata["unit"]
    described = {
        "description": field.metadata["description"] + (f" Unit: {unit}." if unit else ""),
        "default": _plain(field.default),
    }
    return {**choices, **described}


def _leaves(tree: Entry) -> Iterator[tuple[str, Entry]]:
    for section, entry in tree.children.items():
        yield from _leaves_of(section, entry)


def _leaves_of(section: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
    known = any(key.startswith(section + ".") for key in _leaf_fields())
    if section in _leaf_fields() or (known and not isinstance(entry.value, Mapping | None)):
        raise _misplaced(section, entry)
    if not known and not entry.children:
        yield section, entry
    for leaf, found in entry.children.items():
        yield f"{section}.{leaf}", found


def _misplaced(name: str, entry: Entry) -> BadSettingError:
    section, _, leaf = name.partition(".")
    if leaf:
        message = f"{name} stands outside of its section"
        fix = f"write '{section}:' and, below it, '{leaf}: …'"
    else:
        message, fix = f"{name} is a section", "write its settings below it"
    return BadSettingError(f"{message} ({entry.place})", fix=(fix,))


@cache
def _leaf_fields() -> "Mapping[str, Field[Any]]":
    settings = Settings()
    return {
        f"{section.name}.{leaf.name}": leaf
        for section in fields(settings)
        for leaf in fields(getattr(settings, section.name))
    }


@cache
def _adapter(key: str) -> TypeAdapter[Any]:
    field = _leaf_fields()[key]
    kind: Any = field.type
    bounds = {sign: field.metadata[sign] for sign in _SIGNS if sign in field.metadata}
    # An enumeration is written as its word, which strict would refuse; only floats can be infinite.
    finite = {"allow_inf_nan": False} if kind is float else {}
    strict = not issubclass(kind, Enum)
    return TypeAdapter(Annotated[kind, pydantic.Field(strict=strict, **bounds, **finite)])


def _allowed(field: "Field[Any]") -> str:
    kind: Any = field.type
    if issubclass(kind, Enum):
        return "one of " + ", ".join(str(choice.value) for choice in kind)
    bounds = [
        f"{sign} {field.metadata[name]}" for name, sign in _SIGNS.items() if name in field.metadata
    ]
    return ", ".join([_KINDS[kind], *bounds])


def _plain(value: Any) -> Value:
    plain: Value = value.value if isinstance(value, Enum) else value
    return plain
