"""Settings as options of a command: --set for all of them, and a name of its own for the common."""

from collections.abc import Callable
from dataclasses import Field, fields
from enum import Enum
from functools import wraps
from typing import Any

import click

from domain.settings.settings import Settings


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --set and the named flags; it gets them as `assignments`, in one list."""
    flags = _flags()

    @wraps(command)
    def with_assignments(*args: Any, pairs: tuple[str, ...], **named: Any) -> Any:
        values = {key: named.pop(_parameter(field)) for key, field in flags.items()}
        given = tuple(f"{key}={value}" for key, value in values.items() if value is not None)
        return command(*args, assignments=(*pairs, *given), **named)

    for field in reversed(flags.values()):
        with_assignments = click.option(
            field.metadata["flag"],
            _parameter(field),
            metavar=_metavar(field),
            help=field.metadata["description"],
        )(with_assignments)
    return click.option(
        "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Set any setting."
    )(with_assignments)


def _flags() -> "dict[str, Field[Any]]":
    settings = Settings()
    return {
        f"{section.name}.{leaf.name}": leaf
        for section in fields(settings)
        for leaf in fields(getattr(settings, section.name))
        if "flag" in leaf.metadata
    }


def _parameter(field: "Field[Any]") -> str:
    return f"flag_{field.name}"


def _metavar(field: "Field[Any]") -> str:
    kind: Any = field.type
    if issubclass(kind, Enum):
        return "|".join(str(choice.value) for choice in kind)
    return {int: "N", float: "X", str: "TEXT"}[kind]
