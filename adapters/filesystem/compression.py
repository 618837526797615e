"""Files packed with gzip or zstd, unpacked while they are read and never beyond a limit."""

import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, BinaryIO

from adapters.filesystem.regular_file import unreadable

_CHUNK = 1 << 17
_SKIPPED = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")


class Packing(bytes, Enum):
    """How a file is packed, by its first bytes."""

    GZIP = b"\x1f\x8b"
    ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a packed file may become: at most ratio times its size where that is over free bytes."""

    ratio: int = 1000
    free: int = 1 << 30
    most: int = 200 << 30

    def for_size(self, size: int) -> int:
        """Give the most bytes that a packed file of this size may unpack to."""
        return min(self.most, max(self.free, self.ratio * size))


def packing_of(head: bytes) -> Packing | None:
    """Recognise a packed file; one of zstd may begin with a part to be skipped."""
    if _SKIPPED.match(head):
        return Packing.ZSTD
    return next((packing for packing in Packing if head.startswith(packing.value)), None)


def unpacked(file: BinaryIO, packing: Packing, name: str, limits: Limits) -> BinaryIO:
    """Read what a packed file holds, of all its members in turn; the file itself stays open."""
    most = limits.for_size(os.fstat(file.fileno()).st_size)
    inner, faults = _OPENERS[packing](file)
    return io.BufferedReader(_Unpacked(inner, faults, name, most), _CHUNK)


class _Unpacked(io.RawIOBase):
    """Counts what comes out, and says what is wrong with it."""

    def __init__(
        self, inner: BinaryIO, faults: tuple[type[Exception], ...], name: str, most: int
    ) -> None:
        self._inner, self._faults, self._name = inner, faults, name
        self._most, self._left = most, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._read(len(buffer))
        self._left -= len(chunk)
        if self._left < 0:
            raise unreadable(
                self._name,
                f"it unpacks to more than {self._most} bytes",
                "unpack it, if you trust it, and add what comes out",
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _read(self, size: int) -> bytes:
        try:
            return self._inner.read(size)
        except EOFError as error:
            raise unreadable(self._name, "it is cut short: its packed bytes end early") from error
        except self._faults as error:
            raise unreadable(self._name, f"its packed bytes are damaged ({error})") from error


_Opener = Callable[[BinaryIO], tuple[BinaryIO, tuple[type[Exception], ...]]]


def _gzip(file: BinaryIO) -> tuple[BinaryIO, tuple[type[Exception], ...]]:
    return gzip.GzipFile(fileobj=file, mode="rb"), (OSError, zlib.error)  # type: ignore[return-value]


def _zstd(file: BinaryIO) -> tuple[BinaryIO, tuple[type[Exception], ...]]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.ZstdFile(file), (OSError, zstd.ZstdError)  # type: ignore[return-value]


_OPENERS: dict[Packing, _Opener] = {Packing.GZIP: _gzip, Packing.ZSTD: _zstd}
