"""Where a base model's weights lie, and whether they can be had."""

from pathlib import Path
from typing import assert_never

from huggingface_hub import HfApi, try_to_load_from_cache
from huggingface_hub.errors import HFValidationError

from adapters.huggingface.gguf_file import require_gguf
from application.ports.model_loader import ModelUnavailableError
from domain.checkpoint import BrokenCheckpointError
from domain.hero import BaseModel, Source

_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_CONFIG = "config.json"
_PATIENCE = 5.0


def require_base(model: BaseModel, cache: Path) -> None:
    """Refuse a base model that could not be loaded now; build nothing, load nothing."""
    match model.source:
        case Source.BUILT:
            return
        case Source.FOLDER:
            require_folder(model.name)
        case Source.GGUF:
            require_gguf(model, cache)
        case Source.HUB:
            if not is_cached(model.name):
                require_hub(model.name)
        case _:
            assert_never(model.source)


def require_checkpoint(location: str) -> None:
    """Refuse a folder that is no model at all."""
    if not _holds_model(Path(location)):
        raise BrokenCheckpointError(f"there is no model in {location}")


def is_cached(name: str) -> bool:
    """Tell whether configuration and weights are on this machine already."""
    try:
        found = {file: try_to_load_from_cache(name, file) for file in (_CONFIG, *_WEIGHTS)}
    except HFValidationError as error:
        raise _not_on_hub(name, str(error)) from error
    return isinstance(found[_CONFIG], str) and any(isinstance(found[w], str) for w in _WEIGHTS)


def require_folder(name: str) -> None:
    """Refuse a folder without configuration or weights."""
    if not _holds_model(Path(name).expanduser()):
        raise ModelUnavailableError(
            f"there is no model in {name}",
            why=f"a model has {_CONFIG} and {_WEIGHTS[0]}",
            fix=("correct the path", "or put the weights into this folder"),
        )


def _holds_model(folder: Path) -> bool:
    return (folder / _CONFIG).is_file() and any((folder / file).is_file() for file in _WEIGHTS)


def require_hub(name: str) -> None:
    """Refuse a model that the hub does not give within a few seconds."""
    try:
        HfApi().model_info(name, timeout=_PATIENCE)
    except Exception as error:  # which HTTP library the hub fails with is its own affair
        raise _not_on_hub(name, str(error).strip().partition("\n")[0]) from error


def _not_on_hub(name: str, why: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"the weights of {name} are not on this machine, and the hub does not give them",
        why=why,
        fix=(
            f"hf download {name}",
            "or put the weights into a folder and add a hero with 'source: folder'",
        ),
    )
