"""Events as JSON text, and back."""

import json
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from application.ports.event_log import BrokenLogError, Event

SCHEMA = 1
_CLASSES: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def encode(event: Event) -> tuple[str, str]:
    """Give the name of the event's type and the event as JSON.

    Raises ValueError for a number that is not finite.
    """
    name = type(event).__name__
    facts = _adapter(name).dump_python(event, mode="json")
    payload = json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return name, payload


def decode(name: str, schema: int, payload: str) -> Event:
    """Read an event; refuse one that a newer guild wrote, or that nobody wrote."""
    if name not in _CLASSES or schema > SCHEMA:
        raise BrokenLogError(
            f"the event log holds '{name}' events of version {schema}, unknown to this guild",
            why="a newer guild has written to it",
            fix=("upgrade guild",),
        )
    try:
        event: Event = _adapter(name).validate_json(payload)
    except ValidationError as error:
        raise BrokenLogError(
            f"an event of type '{name}' in the event log cannot be read", why=str(error)
        ) from error
    return event


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_CLASSES[name])
