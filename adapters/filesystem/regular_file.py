"""Opening a file that somebody else put there."""

import os
import stat
from io import BufferedReader
from pathlib import Path

from application.ports.inbox import MissingFileError, UnreadableFileError
from domain.text import printable


def open_regular(path: Path, *, follow: bool = True) -> BufferedReader:
    """Open a file for reading; refuse what is no file, with the reason, and never wait for one."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise MissingFileError(printable(str(path))) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise unreadable(path, reason) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        kind = "a folder" if path.is_dir() else "not a regular file"
        os.close(descriptor)
        raise unreadable(path, f"it is {kind}")
    return os.fdopen(descriptor, "rb")


def unreadable(path: Path | str, why: str, *fix: str) -> UnreadableFileError:
    """Say which file cannot be read, why, and what helps."""
    return UnreadableFileError(f"cannot read {printable(str(path))}: {why}", fix=fix)
