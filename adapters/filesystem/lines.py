"""The lines of a text, none of them longer in memory than it may be."""

from collections.abc import Iterator
from typing import BinaryIO

from adapters.filesystem.kinds import BOM
from domain.text import printable

LONGEST = 8 << 20
_CHUNK = 1 << 20
_SHOWN = 80


def lines_of(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give each line with its number, from 1; of one that is too long the first bytes."""
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST and not line.endswith(b"\n"):
            _skip_rest(file)
        yield number, line.removeprefix(BOM) if number == 1 else line


def excerpt_of(line: bytes) -> str:
    """Show how a line begins, safe to print."""
    return printable(line[: 4 * _SHOWN].decode("utf-8", "backslashreplace")[:_SHOWN])


def _skip_rest(file: BinaryIO) -> None:
    while rest := file.readline(_CHUNK):
        if rest.endswith(b"\n"):
            return
