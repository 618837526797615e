"""One digest of the weights in a folder, whatever else lies in it."""

import hashlib
from pathlib import Path

from adapters.filesystem.regular_file import open_regular

_BLOCK = 1 << 20


def weights_digest(folder: Path) -> str:
    """Give the SHA-256 in hex of all weight files end to end; of a single one its own."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with open_regular(path, follow=False) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
