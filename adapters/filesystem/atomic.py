"""Files that are there whole or not at all, also after a power cut."""

import hashlib
import os
import tempfile
from io import BufferedReader
from itertools import takewhile
from pathlib import Path

_CHUNK = 1 << 20


def write_atomically(path: Path, text: str, *, durable: bool = True) -> None:
    """Put a text in the place of a file in one step; a durable one is on disk on return."""
    descriptor, name = tempfile.mkstemp(prefix=".guild-", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            if durable:
                file.flush()
                os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        fsync(path.parent)


def copy_hashed(source: BufferedReader, target: Path) -> tuple[str, int]:
    """Copy what is left of a file to a new one; give SHA-256 in hex and size of the copy."""
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += copy.write(chunk)
    return digest.hexdigest(), size


def sha256_of(file: BufferedReader) -> str:
    """Give the SHA-256 in hex of what is left of a file."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def fsync(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(folder: Path) -> None:
    """Wait until a folder and everything below it is on disk."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            fsync(Path(parent, name))
        fsync(Path(parent))


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, with its parents; one that is there stays."""
    missing = list(takewhile(lambda folder: not folder.exists(), (path, *path.parents)))
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        fsync(folder.parent)
    return path
