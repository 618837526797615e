"""Folders for what is not there yet, and the removal of those that dead processes left."""

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from adapters.filesystem.atomic import private_folder

_NAME = re.compile(r"\.draft-(\d{1,7})-\w+")
_OLD_SECONDS = 24 * 60 * 60


def new_scratch(parent: Path) -> Path:
    """Make an empty private folder, named after this process, in one that may not be there."""
    return Path(tempfile.mkdtemp(prefix=f".draft-{os.getpid()}-", dir=private_folder(parent)))


def sweep(parent: Path) -> None:
    """Remove what nobody wrote to for a day and whose process is no more.

    The day is for processes of other machines, which cannot be seen from here.
    """
    for folder in parent.glob(".draft-*"):
        match = _NAME.fullmatch(folder.name)
        if match and not _is_alive(int(match[1])) and _is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_old(folder: Path) -> bool:
    try:
        latest = max(path.lstat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:
        return False
    return time.time() - latest > _OLD_SECONDS
