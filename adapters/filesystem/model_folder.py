"""A plain model folder: what other programs need of a checkpoint, and nothing of its training."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from adapters.filesystem.atomic import fsync, fsync_tree
from application.ports.model_folder import ModelFolder, ModelFolderError

_CONFIG = "config.json"
_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt")

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


class FilesystemModelFolder(ModelFolder):
    """Reads folders as transformers writes them; the files may be links, as in the hub's cache."""

    def exists(self, place: str) -> bool:
        """Look for a folder."""
        with suppress(OSError):
            return _path(place).is_dir()
        return False

    def check(self, place: str) -> str:
        """Look for the configuration and for every file of the weights."""
        folder = _path(place)
        names = _files(folder)
        if _WEIGHTS not in names and _INDEX not in names:
            raise _without_weights(folder, names)
        wanted = {_CONFIG} if _WEIGHTS in names else {_CONFIG, *_shards(folder)}
        if lacking := sorted(wanted - names):
            raise ModelFolderError(
                f"the model in {folder} is not whole",
                why=f"{lacking[0]} is missing",
                fix=("put the missing file into the folder", "or name another folder"),
            )
        return str(folder)

    def copy(self, place: str, location: str) -> None:
        """Copy file by file."""
        folder = Path(self.check(place))
        try:
            for name in sorted(filter(is_plain, _files(folder))):
                shutil.copyfile(folder / name, Path(location, name))
        except OSError as error:
            raise ModelFolderError(f"{folder} cannot be copied", why=str(error)) from error


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


def _path(place: str) -> Path:
    with suppress(OSError, RuntimeError, ValueError):  # nobody has this home, links in a circle
        return Path(place).expanduser().resolve()
    return Path(place).absolute()


def _files(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir() if path.is_file()}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelFolderError(f"{folder} cannot be read", why=reason or "") from error


def _shards(folder: Path) -> set[str]:
    """Give the files over which the index says that the weights are spread."""
    try:
        return {
            str(name) for name in json.loads((folder / _INDEX).read_bytes())["weight_map"].values()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFolderError(f"{folder / _INDEX} cannot be read", why=str(error)) from error


def _without_weights(folder: Path, names: set[str]) -> ModelFolderError:
    pickles = sorted(name for name in names if name.endswith(_PICKLES))
    if not pickles:
        return ModelFolderError(
            f"there is no model in {folder}",
            why=f"a model has {_CONFIG} and {_WEIGHTS}",
            fix=("name the folder in which they lie",),
        )
    save = f"AutoModelForCausalLM.from_pretrained('{folder}').save_pretrained(DIR)"
    return ModelFolderError(
        f"there is no {_WEIGHTS} in {folder}",
        why=f"{pickles[0]} is a pickle: reading it would run the program in it",
        fix=(f"save the model as safetensors: {save}",),
    )
