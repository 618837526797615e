"""JSON files of the predecessor, read strictly: nothing doubtful is taken over."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from adapters.predecessor.lines import lines_of
from application.ports.predecessor import (
    Predecessor,
    PredecessorFileError,
    PredecessorMissingError,
)

_LARGEST = 1 << 20
_DEEPEST = 20


class _DoubtfulError(ValueError):
    """The file says something that cannot be taken at its word."""


@dataclass(frozen=True, slots=True)
class OldFile:
    """What a file says by dotted key, and the line where each key stands."""

    leaves: Mapping[str, object]
    lines: Mapping[str, int]


class JsonPredecessor(Predecessor):
    """Reads config.json and campaigns/<hero>/<campaign>/campaign.json."""

    def settings(self, place: str) -> Mapping[str, object]:
        """Read a config.json."""
        return read(Path(place).expanduser()).leaves

    def campaign(self, place: str) -> Mapping[str, object]:
        """Read the campaign.json of a folder."""
        return read(Path(place).expanduser() / "campaign.json").leaves


def read(path: Path) -> OldFile:
    """Read a file; raise PredecessorFileError."""
    try:
        return _read(path)
    except json.JSONDecodeError as error:
        raise PredecessorFileError(f"{path}:{error.lineno}: {error.msg}") from error
    except RecursionError as error:
        raise PredecessorFileError(f"{path}: nested too deeply") from error
    except FileNotFoundError as error:
        raise PredecessorMissingError(str(path)) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PredecessorFileError(f"{path}: {reason}") from error


def _read(path: Path) -> OldFile:
    # Asked first, since opening a pipe would wait for its writer.
    if path.exists() and not path.is_file():
        raise _DoubtfulError("not a regular file")
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise _DoubtfulError(f"longer than {_LARGEST} bytes")
    text = content.decode("utf-8-sig")
    tree = json.loads(
        text,
        object_pairs_hook=_once,
        parse_constant=_not_a_number,
        parse_float=_finite,
    )
    if not isinstance(tree, dict):
        raise _DoubtfulError("expected one object in braces")
    return OldFile(_once(list(_flat(tree, "", 0))), lines_of(text))


def _flat(tree: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > _DEEPEST:
        raise _DoubtfulError("nested too deeply")
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.", depth + 1)
        else:
            # Half a character of UTF-16 could be neither shown nor recorded.
            f"{key}{value}".encode()
            yield f"{prefix}{key}", value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _DoubtfulError(f"'{key}' is there twice")
        found[key] = value
    return found


def _not_a_number(text: str) -> NoReturn:
    raise _DoubtfulError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _DoubtfulError(f"{text} is too large a number")
    return value
