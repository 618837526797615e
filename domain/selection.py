"""Which rows of a dataset are wanted: 'rows.jsonl[0:100]', 'rows.jsonl#500', 'folder:train'."""

import hashlib
import heapq
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from domain.errors import ErrorCode, GuildError
from domain.rows import BadRow, NumberedRow

HUB = "hub:"
_REFERENCE = re.compile(
    r"(?P<location>(?:hub:)?.+?)(?::(?P<split>[\w.-]+))?"
    r"(?P<selection>\[(?P<first>\d*):(?P<last>\d*)\]|#(?P<sample>\d+))?",
    re.ASCII | re.DOTALL,
)
_ALMOST = re.compile(r"(?:\[[^\[\]/]*:[^\[\]/]*\]|#-?\d*)\Z")
_LONGEST_NUMBER = 18

Read = Callable[[], Iterator[NumberedRow | BadRow]]


class SelectionError(GuildError):
    """Rows are asked for in a way that guild does not know."""

    code = ErrorCode.DATA

    def __init__(self, text: str, why: str) -> None:
        super().__init__(
            f"'{text}' selects no rows",
            why=why,
            fix=("FILE[0:100] are the first hundred rows", "FILE#500 are 500 of them, by chance"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A dataset as somebody names it; rows from first to before last, or a sample of so many."""

    location: str
    split: str = ""
    first: int = 0
    last: int | None = None
    sample: int | None = None

    @property
    def on_hub(self) -> bool:
        """Tell whether the dataset lies on the Hub."""
        return self.location.startswith(HUB)

    @property
    def selection(self) -> str:
        """Give the selection in its one way of writing, '' for all rows."""
        if self.sample is not None:
            return f"#{self.sample}"
        if self.last is not None:
            return f"[{self.first}:{self.last}]"
        return f"[{self.first}:]" if self.first else ""


def parse_reference(text: str) -> Reference:
    """Read a reference; refuse what looks like a selection and is none."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return Reference(location=text)
    if not found["selection"] and _ALMOST.search(text):
        raise SelectionError(text, "positions behind a name are counted from 0, none is negative")
    first, last, sample = (_number(text, found[name]) for name in ("first", "last", "sample"))
    if sample == 0:
        raise SelectionError(text, "a sample has at least one row")
    return Reference(
        location=found["location"],
        split=found["split"] or "",
        first=first or 0,
        last=last,
        sample=sample,
    )


def reference_to(text: str, exists: Callable[[str], bool]) -> Reference:
    """Read a reference, unless it is the very name of something that is there."""
    return Reference(location=text) if exists(text) else parse_reference(text)


def select(read: Read, selection: str) -> Iterator[NumberedRow | BadRow]:
    """Give the selected rows in their order.

    Positions count the rows that can be read, from 0. A bad row comes along where it lies between
    the ends of a slice, and always with a sample: whether it belongs there cannot be known.
    """
    wanted = parse_reference(f"rows{selection}")
    if wanted.sample is not None:
        return _sampled(read, wanted.sample)
    if selection:
        return _sliced(read(), wanted.first, wanted.last)
    return read()


def _number(text: str, digits: str | None) -> int | None:
    if not digits:
        return None
    if len(digits) > _LONGEST_NUMBER:
        raise SelectionError(text, "no dataset has so many rows")
    return int(digits)


def _sliced(
    rows: Iterator[NumberedRow | BadRow], first: int, last: int | None
) -> Iterator[NumberedRow | BadRow]:
    position = 0
    while last is None or position < last:
        row = next(rows, None)
        if row is None:
            return
        if position >= first:
            yield row
        position += not isinstance(row, BadRow)


def _sampled(read: Read, size: int) -> Iterator[NumberedRow | BadRow]:
    """Read twice, so that only fingerprints are held; of equal rows the first come first."""
    chosen: list[tuple[int, int]] = []
    for row in read():
        if not isinstance(row, BadRow):
            number, content = row
            heapq.heappush(chosen, (-_fingerprint(content), -number))
            if len(chosen) > size:
                heapq.heappop(chosen)
    numbers = {-number for _, number in chosen}
    return (row for row in read() if isinstance(row, BadRow) or row[0] in numbers)


def _fingerprint(content: Mapping[str, object]) -> int:
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
