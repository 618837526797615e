"""What a file holds: its kind, and its bytes as they were before they were packed."""

from dataclasses import dataclass
from io import BufferedReader
from typing import BinaryIO

from adapters.filesystem.compression import Limits, packing_of, unpacked
from adapters.filesystem.kinds import HEAD, Kind, NoDataError, check_text, kind_of
from adapters.filesystem.regular_file import unreadable


@dataclass(frozen=True, slots=True)
class Content:
    """An open file from its beginning; head are its first bytes, unpacked."""

    kind: Kind
    head: bytes
    file: BinaryIO


def content_of(file: BufferedReader, name: str, limits: Limits) -> Content:
    """Recognise an open file and give its content; refuse what guild does not read."""
    file.seek(0)
    packing = packing_of(file.read(4))
    file.seek(0)
    head = (unpacked(file, packing, name, limits) if packing else file).read(HEAD)
    try:
        kind = kind_of(head, name)
    except NoDataError as error:
        raise _refusal(name, error) from error
    if packing and kind.is_table:
        raise unreadable(name, f"a {kind} file is packed in it", "unpack it and add what comes out")
    file.seek(0)
    return Content(kind, head, unpacked(file, packing, name, limits) if packing else file)


def check_head(file: BufferedReader, name: str, limits: Limits) -> None:
    """Refuse a file whose first bytes say that no row will be found; leave it at its beginning."""
    content = content_of(file, name, limits)
    if not content.head:
        raise unreadable(name, "it is empty")
    if not content.kind.is_table:
        try:
            check_text(content.head)
        except NoDataError as error:
            raise _refusal(name, error) from error
    file.seek(0)


def _refusal(name: str, error: NoDataError) -> Exception:
    return unreadable(name, str(error), *([error.fix] if error.fix else []))
