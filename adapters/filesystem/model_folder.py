"""A plain model folder: what other programs need of a checkpoint, and nothing of its training."""

import shutil
import tempfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from adapters.filesystem.atomic import fsync, fsync_tree

PLAIN = (
    "*.safetensors",
    "*.safetensors.index.json",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "spiece.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
)
"""The names of the files of a plain model folder, as transformers writes and reads them."""


def is_plain(name: str) -> bool:
    """Tell whether a file belongs to the model rather than to its training."""
    return any(fnmatchcase(name, pattern) for pattern in PLAIN)


def leave_model(checkpoint: Path, place: Path) -> Sequence[str]:
    """Copy the model to a place that is free or an empty folder: whole or not at all."""
    names = sorted(path.name for path in checkpoint.iterdir() if is_plain(path.name))
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as folder:
        whole = Path(folder, "model")
        whole.mkdir()
        for name in names:
            shutil.copyfile(checkpoint / name, whole / name)
        fsync_tree(whole)
        whole.rename(place)
    fsync(place.parent)
    return names
