"""Settings that were handed over, and assignments."""

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from difflib import get_close_matches
from enum import Enum
from typing import Any

from application.ports.settings_source import BadSettingError, SettingsSource, UnknownSettingError
from domain.errors import GuildError
from domain.settings.assignment import typed_as
from domain.settings.layers import Layer, Value
from domain.settings.secrets import looks_like_secret
from domain.settings.settings import Settings

_BOUNDS = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}


class MemorySettingsSource(SettingsSource):
    """Takes the place of a settings file."""

    def __init__(
        self,
        project: Mapping[str, Value] | None = None,
        environment: Mapping[str, Value] | None = None,
    ) -> None:
        self._project, self._environment = project or {}, environment or {}

    def project(self) -> Layer:
        """Check and give what was handed over."""
        return _layer("project file", self._project)

    def environment(self) -> Layer:
        """Check and give what was handed over as the environment."""
        return _layer("environment", self._environment)

    def keep(self, pair: str) -> str:
        """Check and keep one value."""
        return self.take_over([pair])

    def take_over(self, pairs: Sequence[str]) -> str:
        """Check all, then keep all."""
        values = self.assignments(pairs, "keep").values
        self._project = {**self._project, **values}
        return "".join(f"+{key}: {value}\n" for key, value in values.items())

    def faults(self) -> Sequence[GuildError]:
        """Check every value on its own."""
        found: list[GuildError] = []
        for layer in (self._project, self._environment):
            for key, value in layer.items():
                try:
                    _check(key, value, "settings")
                except (BadSettingError, UnknownSettingError) as error:
                    found.append(error)
        return found

    def assignments(self, pairs: Sequence[str], origin: str) -> Layer:
        """Read 'section.key=value' texts."""
        values, places = {}, {}
        for pair in pairs:
            key, sign, text = pair.partition("=")
            if not sign:
                raise BadSettingError(f"'{pair}' sets nothing ({origin})")
            places[key] = typed_as(pair, origin)
            values[key] = _check(key, text, places[key], read=True)
        return Layer(origin, values, places)


def _layer(origin: str, values: Mapping[str, Value]) -> Layer:
    checked = {key: _check(key, value, origin) for key, value in values.items()}
    return Layer(origin, checked, dict.fromkeys(checked, origin))


def _check(key: str, value: Value, where: str, *, read: bool = False) -> Value:
    if isinstance(value, str) and looks_like_secret(value):
        raise BadSettingError(f"{key} looks like a secret ({where})")
    known = _leaf_fields()
    if key not in known:
        raise UnknownSettingError(key, where, get_close_matches(key, known))
    found = _typed(known[key], value, read=read)
    if found is None or not _within(known[key], found):
        raise BadSettingError(f"{key} cannot be {value!r} ({where})")
    return found


def _leaf_fields() -> "dict[str, Field[Any]]":
    settings = Settings()
    return {
        f"{section.name}.{leaf.name}": leaf
        for section in fields(settings)
        for leaf in fields(getattr(settings, section.name))
    }


def _typed(field: "Field[Any]", value: Value, *, read: bool) -> Value | None:
    """Give the value in the type of the setting, None where it has none in it."""
    kind: Any = field.type
    fits = type(value) is kind or (kind is float and type(value) is int)
    if not (read or fits or issubclass(kind, Enum)):
        return None
    if kind is bool and read:
        return {"true": True, "false": False}.get(str(value).lower())
    try:
        found = kind(value)
    except ValueError:
        return None
    plain: Value = found.value if isinstance(found, Enum) else found
    return plain


def _within(field: "Field[Any]", value: Value) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    bounds = ((compare, field.metadata.get(name)) for name, compare in _BOUNDS.items())
    return all(compare(value, bound) for compare, bound in bounds if bound is not None)
