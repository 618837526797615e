"""Settings as options of a command: --set for all of them, and a name of its own for the common."""

from collections.abc import Callable
from dataclasses import Field, fields
from enum import Enum
from functools import wraps
from typing import Any

import click

from domain.settings.assignment import Flagged, typed_as
from domain.settings.settings import Settings


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --set and the named flags; it gets them as `assignments`, in one list."""
    flags = _flags()

    @wraps(command)
    def with_assignments(*args: Any, pairs: tuple[str, ...], **named: Any) -> Any:
        values = {key: named.pop(_parameter(field)) for key, field in flags.items()}
        given = tuple(
            Flagged.of(key, value, flags[key].metadata["flag"])
            for key, value in values.items()
            if value is not None
        )
        return command(*args, assignments=_agreeing((*pairs, *given)), **named)

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


def flag_for(setting: str) -> str:
    """Say how a setting is given to a command: by a flag of its own, or by --set."""
    field = _flags().get(setting)
    return field.metadata["flag"] if field else f"--set {setting}=VALUE"


def _agreeing(assignments: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a setting that is given two values: which of them is meant would be a guess."""
    first: dict[str, str] = {}
    for pair in assignments:
        key, _, value = pair.partition("=")
        said = first.setdefault(key.strip(), pair)
        if said.partition("=")[2].strip() != value.strip():
            raise click.UsageError(
                f"{_as_typed(said)} and {_as_typed(pair)} both set {key.strip()}: give one of them"
            )
    return assignments


def _as_typed(pair: str) -> str:
    flag = typed_as(pair, "")
    return f"{flag} {pair.partition('=')[2]}" if flag else f"--set {pair}"


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
