"""Opening a file of a checkpoint."""

import errno
from io import BufferedReader
from pathlib import Path

from adapters.filesystem.regular_file import open_regular
from application.ports.inbox import UnreadableFileError
from domain.checkpoint import BrokenCheckpointError

_NO_FILE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.ENOTDIR, errno.ENAMETOOLONG})


def open_of_checkpoint(path: Path) -> BufferedReader:
    """Open a file for reading; what is missing, or no file, breaks the checkpoint.

    Where the machine cannot read now what may be sound, its own error passes.
    """
    try:
        return open_regular(path, follow=False)
    except UnreadableFileError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno not in _NO_FILE:
            raise cause from None
        raise BrokenCheckpointError(
            f"{path.name} of {path.parent.name} cannot be read", why=str(error)
        ) from error
