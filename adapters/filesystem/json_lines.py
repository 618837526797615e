"""Objects of JSON, one a line, read more strictly than the standard library does."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Never

from adapters.filesystem.lines import LONGEST, excerpt_of, lines_of
from domain.rows import BadRow, NumberedRow

_TEXTS_AND_NUMBERS = re.compile(r'"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity|\d[\d.eE+-]*)')


class BadLineError(ValueError):
    """A line is not one JSON object; column counts characters from 1."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(problem)
        self.column = column
        self.problem = problem


class NotJsonError(BadLineError):
    """A line that no reader of JSON takes."""


class _BadNumberError(ValueError):
    """A number that is none in JSON, or not finite."""


class _BadKeyError(ValueError):
    """A key that is there twice."""


def json_lines(file: BinaryIO) -> Iterator[NumberedRow | BadRow]:
    """Read one object a line; empty lines are passed over."""
    for number, line in lines_of(file):
        if line.strip():
            yield _row(number, line.rstrip(b"\r\n"))


def parse_line(line: bytes) -> Mapping[str, object]:
    """Read one object; refuse what other readers would take differently, saying where it is."""
    if len(line) > LONGEST:
        raise BadLineError(1, f"it is longer than {LONGEST >> 20} MiB")
    text = _decode(line)
    row = _parse(text)
    if not isinstance(row, dict):
        raise BadLineError(1, f"expected an object in braces, found {_kind(row)}")
    if "\\u" in text:
        _check_halves(row)
    return row


def _row(number: int, line: bytes) -> NumberedRow | BadRow:
    try:
        return number, parse_line(line)
    except BadLineError as error:
        return BadRow(number, f"column {error.column}: {error.problem}", excerpt_of(line))


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(line[: error.start].decode("utf-8")) + 1
        raise BadLineError(column, "the bytes are not UTF-8") from error


def _parse(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJsonError(error.pos + 1, f"not JSON: {_expected(error.msg)}") from error
    except _BadNumberError as error:
        column = _column_of(str(error), text)
        raise BadLineError(column, f"{error} is not a number that JSON knows") from error
    except _BadKeyError as error:
        raise BadLineError(1, f"the key {error} is there twice") from error
    except RecursionError as error:
        raise BadLineError(1, "nested too deeply") from error
    except ValueError as error:
        raise BadLineError(1, "a number has too many digits") from error


def _expected(message: str) -> str:
    return message.lower().removesuffix(" at").replace("expecting", "expected")


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _BadKeyError(next(repr(key) for key in keys if keys.count(key) > 1))
    return row


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise _BadNumberError(literal)
    return number


def _refuse(literal: str) -> Never:
    raise _BadNumberError(literal)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse)


def _column_of(literal: str, text: str) -> int:
    found = (match for match in _TEXTS_AND_NUMBERS.finditer(text) if match.group() == literal)
    return next((match.start() + 1 for match in found), 1)


def _check_halves(row: Mapping[str, object]) -> None:
    try:
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadLineError(1, "half of a surrogate pair stands alone") from error


def _kind(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
