"""The files of prepared rows: flat numbers, appended in blocks and sealed with checksums."""

import json
import os
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from io import BufferedWriter
from itertools import accumulate, chain
from pathlib import Path
from typing import Literal

from domain.masking import Encoded

IDS, NOTES = "ids", "notes.txt"
COLUMNS: Mapping[str, Literal["I", "Q"]] = {
    IDS: "I",
    "ids_end": "Q",
    "spans": "I",
    "spans_end": "Q",
    "numbers": "Q",
    "lengths": "I",
    "trained": "I",
    "lost": "I",
    "fingerprints": "Q",
}
_ENTRY = "entry.json"
_SCHEMA = "guild.prepared/1"
_CHUNK = 1 << 20


def column(folder: Path, name: str) -> Path:
    """Give the file of a column."""
    return folder / f"{name}.bin"


class RowWriter:
    """Appends rows to new files in a folder: 44 bytes a row, 4 a token, 8 a span."""

    def __init__(self, folder: Path) -> None:
        with ExitStack() as files:
            self._files = {
                name: files.enter_context(_new(column(folder, name))) for name in COLUMNS
            }
            self._open = files.pop_all()
        self._tokens = self._spans = 0

    def append(self, rows: Sequence[tuple[int, Encoded]]) -> None:
        """Write rows, each with its fingerprint."""
        fingerprints, encoded = zip(*rows, strict=True)
        lengths = [len(row.ids) for row in encoded]
        ids_end = list(accumulate(lengths, initial=self._tokens))
        spans_end = list(accumulate((len(row.trained) for row in encoded), initial=self._spans))
        spans = chain.from_iterable(row.trained for row in encoded)
        self._write(IDS, chain.from_iterable(row.ids for row in encoded))
        self._write("ids_end", ids_end[1:])
        self._write("spans", (edge for span in spans for edge in (span.start, span.end)))
        self._write("spans_end", spans_end[1:])
        self._write("numbers", (row.number for row in encoded))
        self._write("lengths", lengths)
        self._write("trained", (row.trained_count for row in encoded))
        self._write("lost", (row.lost for row in encoded))
        self._write("fingerprints", fingerprints)
        self._tokens, self._spans = ids_end[-1], spans_end[-1]

    def close(self) -> None:
        """Hand what is left to the system."""
        self._open.close()

    def _write(self, name: str, numbers: Iterable[int]) -> None:
        self._files[name].write(array(COLUMNS[name], numbers))


def seal(folder: Path, notes: str) -> None:
    """Write the notes, then the sizes and checksums of all files."""
    with _new(folder / NOTES) as file:
        file.write(notes.encode("utf-8", "surrogatepass"))
    described = _description(folder)
    with _new(folder / _ENTRY) as file:
        file.write(described)


def is_whole(folder: Path) -> bool:
    """Read every byte again (0.8 s for 1 GB), and tell whether all are as they were sealed.

    Files of another version, or of a machine with another order of bytes, are not.
    """
    try:
        return (folder / _ENTRY).read_bytes() == _description(folder)
    except OSError:
        return False


def _description(folder: Path) -> bytes:
    """Say all about the files; the same files always give the same text."""
    names = (*(column(folder, name).name for name in COLUMNS), NOTES)
    files = {name: _measured(folder / name) for name in names}
    sizes = {name: files[column(folder, name).name]["bytes"] for name in COLUMNS}
    facts = {
        "schema": _SCHEMA,
        "byteorder": sys.byteorder,
        "rows": sizes["lengths"] // 4,
        "tokens": sizes[IDS] // 4,
        "spans": sizes["spans"] // 8,
        "files": files,
    }
    return json.dumps(facts, indent=1).encode() + b"\n"


def _measured(path: Path) -> dict[str, int]:
    size = checksum = 0
    with path.open("rb") as file:
        for chunk in iter(partial(file.read, _CHUNK), b""):
            size += len(chunk)
            checksum = zlib.crc32(chunk, checksum)
    return {"bytes": size, "crc32": checksum}


def _new(path: Path) -> BufferedWriter:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "wb")
