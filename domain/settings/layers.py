"""Who wins when several places set the same value, and who it was."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum

from domain.settings.settings import Settings

Value = str | int | float | bool
SCHEMA = "schema default"


@dataclass(frozen=True, slots=True)
class Layer:
    """Checked values by dotted key, and who sets them.

    places says more closely where a value stands: file and line, event, variable, flag.
    """

    origin: str
    values: Mapping[str, Value]
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who set a value, and where; place is '' for the schema's defaults."""

    layer: str
    place: str = ""

    def __str__(self) -> str:
        """Name both for a message."""
        return f"{self.layer} ({self.place})" if self.place else self.layer


@dataclass(frozen=True, slots=True)
class Resolved:
    """Settings with the origin of each value.

    passed_over gives what a layer sets and no setting can take any more, and where it stands.
    """

    settings: Settings
    origins: Mapping[str, Origin]
    passed_over: Mapping[str, Origin] = field(default_factory=dict)


def resolve(layers: Iterable[Layer]) -> Resolved:
    """Lay the layers over the schema's defaults; a later layer wins."""
    settings = Settings()
    origins = dict.fromkeys(flatten(settings), Origin(SCHEMA))
    passed_over: dict[str, Origin] = {}
    for layer in layers:
        settings = with_values(settings, layer.values)
        for key, value in layer.values.items():
            said_by = Origin(layer.origin, layer.places.get(key, ""))
            (origins if can_take(key, value) else passed_over)[key] = said_by
    return Resolved(settings, origins, passed_over)


def with_values(settings: Settings, values: Mapping[str, Value]) -> Settings:
    """Replace leaves by dotted key; the values were checked when they were set.

    The log may hold what another version of guild knew: that is passed over.
    """
    for key, value in values.items():
        if not can_take(key, value):
            continue
        section_name, leaf = key.split(".")
        section = getattr(settings, section_name)
        settings = replace(
            settings, **{section_name: replace(section, **{leaf: typed(section, leaf, value)})}
        )
    return settings


def can_take(key: str, value: Value) -> bool:
    """Tell whether there is such a setting, and such a value of it; ranges are not looked at."""
    section_name, _, leaf = key.partition(".")
    section = getattr(Settings(), section_name, None)
    if section is None or leaf not in {each.name for each in fields(section)}:
        return False
    try:
        typed(section, leaf, value)
    except (ValueError, OverflowError):
        return False
    return True


def flatten(settings: Settings) -> dict[str, Value]:
    """Give every leaf by dotted key, as plain values that JSON can hold."""
    return {
        f"{section.name}.{leaf.name}": _plain(getattr(getattr(settings, section.name), leaf.name))
        for section in fields(settings)
        for leaf in fields(getattr(settings, section.name))
    }


def config_hash(settings: Settings) -> str:
    """Give sha256: and 16 hex digits of the canonical JSON of all settings."""
    canonical = json.dumps(flatten(settings), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()[:16]


def typed(section: object, leaf: str, value: Value) -> object:
    """Give a plain value the type that the leaf has: an enumeration, or a float for an int."""
    kind = type(getattr(section, leaf))
    return value if isinstance(value, kind) else kind(value)


def _plain(value: Value) -> Value:
    return str(value.value) if isinstance(value, Enum) else value
