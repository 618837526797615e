"""One list of JSON objects, read item by item."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from adapters.filesystem.json_lines import BadLineError, NotJsonError, parse_line
from adapters.filesystem.lines import LONGEST, excerpt_of
from application.ports.dataset_source import DataLineError
from domain.rows import BadRow, NumberedRow

_CHUNK = 1 << 18
_MARKS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}\[\]]', re.DOTALL)
_REST_OF_TEXT = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*("?)', re.DOTALL)


def json_list(file: BinaryIO, name: str) -> Iterator[NumberedRow | BadRow]:
    """Read the objects of a list; its rows are numbered by their places, from 1.

    An object that guild takes more strictly than others do is a bad row. What is no JSON ends the
    reading: nobody can tell where the next object begins.
    """
    number = 0
    for piece in _pieces(file, name):
        if piece.is_item:
            number += 1
            yield _row(number, piece, name)
        elif (between := piece.text.strip()) != piece.expected(number):
            if not between.strip(b",") or between.endswith(b"}"):
                raise _no_json(name, piece.line, "a comma or bracket too many, or one too few")
            number += 1
            problem = f"in line {piece.line}: expected objects in braces with commas between them"
            yield BadRow(number, problem, excerpt_of(between))


@dataclass(slots=True)
class _Piece:
    """An item of the list, or what stands before, between and after items; long ones are cut."""

    is_item: bool
    line: int
    text: bytes
    is_last: bool = False

    def expected(self, items: int) -> bytes:
        return b"," if items and not self.is_last else b""


@dataclass(slots=True)
class _Cutter:
    """Finds where the items of a list begin and end by counting brackets outside of texts."""

    depth: int = 0
    in_text: bool = False
    line: int = 1
    begun: int = 1
    held: bytearray = field(default_factory=bytearray)

    def cut(self, chunk: bytes) -> Iterator[_Piece]:
        """Give the pieces that end in a chunk; hold back the rest."""
        done = 0
        for mark in _MARKS.finditer(chunk, self._behind_text(chunk)):
            sign = mark[0]
            if sign[:1] == b'"':
                self.in_text = not mark[1]
            elif (border := self._border(sign, mark.start())) is not None:
                self._hold(chunk[done:border])
                yield self._piece(is_item=sign in b"}]" and self.depth == 1)
                done = border
                if self.depth == 0:
                    done = mark.end()
                    break
        self._hold(chunk[done:])

    def _behind_text(self, chunk: bytes) -> int:
        """Give where a text ends that began in an earlier chunk."""
        if not self.in_text:
            return 0
        end = _REST_OF_TEXT.match(chunk)
        self.in_text = end is None or not end[1]
        return len(chunk) if end is None else end.end()

    def _border(self, sign: bytes, at: int) -> int | None:
        """Count a bracket; give where a piece ends by it, None where none does."""
        opens = sign in b"{["
        self.depth += 1 if opens else -1
        if opens:
            return at if self.depth == 2 else None  # noqa: PLR2004  an item within the list
        return at + (self.depth == 1 or sign == b"}") if self.depth <= 1 else None

    def _hold(self, part: bytes) -> None:
        self.line += part.count(b"\n")
        self.held += part[: LONGEST + 1 - len(self.held)]

    def _piece(self, *, is_item: bool) -> _Piece:
        piece = _Piece(is_item, self.begun, bytes(self.held), is_last=self.depth == 0)
        self.held.clear()
        self.begun = self.line
        return piece


def _pieces(file: BinaryIO, name: str) -> Iterator[_Piece]:
    cutter = _Cutter()
    cutter.line = cutter.begun = _skip_to_list(file)
    cutter.depth = 1
    while chunk := _chunk(file):
        yield from cutter.cut(chunk)
        if cutter.depth == 0:
            _require_end(file, name, cutter)
            return
    raise _no_json(name, cutter.line, "the file ends in the middle of the list")


def _skip_to_list(file: BinaryIO) -> int:
    """Go behind the bracket that opens the list; give its line."""
    line, begun = 1, file.read(1)
    while begun and begun != b"[":
        line += begun == b"\n"
        begun = file.read(1)
    return line


def _chunk(file: BinaryIO) -> bytes:
    """Read on, but never to between a backslash and what it escapes."""
    chunk = file.read(_CHUNK)
    while chunk.endswith(b"\\") and (more := file.read(1)):
        chunk += more
    return chunk


def _require_end(file: BinaryIO, name: str, cutter: _Cutter) -> None:
    rest = bytes(cutter.held)
    while rest or (rest := file.read(_CHUNK)):
        if rest.strip():
            raise _no_json(name, cutter.line, "something stands behind the end of the list")
        rest = b""


def _row(number: int, piece: _Piece, name: str) -> NumberedRow | BadRow:
    try:
        return number, parse_line(piece.text)
    except NotJsonError as error:
        place = f"character {error.column} of object {number}"
        raise _no_json(name, piece.line, f"{place}: {error.problem}", piece.text) from error
    except BadLineError as error:
        place = f"character {error.column} of the object that begins in line {piece.line}"
        return BadRow(number, f"{place}: {error.problem}", excerpt_of(piece.text))


def _no_json(name: str, line: int, problem: str, text: bytes = b"") -> DataLineError:
    return DataLineError(
        f"{name}, line {line}, {problem}",
        why=f"it begins: {excerpt_of(text)}" if text else "",
        fix=("write one list of JSON objects", "or one JSON object in each line, without a list"),
    )
