"""Under which circumstances a checkpoint was made: going on is exact only under the same ones."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from adapters.huggingface.device import device
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.segments import attention_of
from domain.result import Cause, TrainingError
from domain.settings.layers import Value, config_hash, flatten
from domain.settings.model import Attention
from domain.settings.settings import Settings

Circumstances = dict[str, Any]

CIRCUMSTANCES = "circumstances.json"
_PACKAGES = ("guild-trainer", "torch", "transformers", "accelerate")
_DEFAULTS = flatten(Settings())
# They watch, keep and place a job; the threads are compared as they were found.
_SHAPING_NOTHING = ("monitoring.", "checkpoint.", "environment.")
# The pack plan is compared for itself, and activations are the same when computed twice.
_IN_THE_PLAN = frozenset(
    {
        "hyperparams.per_device_train_batch_size",
        "hyperparams.gradient_accumulation_steps",
        "hyperparams.activation_checkpointing",
    }
)


def circumstances_of(settings: Settings, world_size: int, model: LoadedModel) -> Circumstances:
    """Give settings, versions, threads, device and the like, as this thread finds them."""
    attention = attention_of(model.network)
    extras = {"flash-attn": attention == Attention.FLASH, "liger-kernel": settings.model.liger}
    engine = {
        "attention": attention,
        "dtype": model.formats.name,
        **{name: _version(name) for name, is_used in extras.items() if is_used},
    }
    return {
        "config_hash": config_hash(settings),
        "settings": flatten(settings),
        "machine": {**machine(), "world_size": world_size, **engine},
    }


def write_circumstances(location: str, facts: Circumstances) -> None:
    """Take down under which circumstances a checkpoint was made, beside the state of training."""
    text = json.dumps(facts, indent=1, sort_keys=True)
    (Path(location) / CIRCUMSTANCES).write_text(text + "\n", encoding="utf-8")


def compare_circumstances(location: str, now: Circumstances) -> list[str]:
    """Refuse other settings, naming each; say what else differs and may change the last bits.

    A setting that the guild of the checkpoint did not have was as it is by default.
    """
    then = _read(location)
    known, settings = _shaping(then["settings"]), _shaping(now["settings"])
    gone = ", ".join(key for key in sorted(known) if key not in settings)
    defaults = {key: each for key, each in _DEFAULTS.items() if key in settings}
    kept = {key: each for key, each in known.items() if key in settings}
    if changed := _changed({**defaults, **kept}, settings):
        raise TrainingError(
            Cause.CONFIG_ERROR,
            f"training cannot go on from {location}: its settings were others: {changed}",
            fix=("guild queue add FILE: its dataset again begins anew, at the campaign's head",),
        )
    changed = _changed(then["machine"], now["machine"])
    remarks = {
        f"guild has these settings of the checkpoint no more: {gone}": gone,
        f"the resumed run may differ in its last bits: {changed}": changed,
    }
    return [remark for remark, tells in remarks.items() if tells]


def machine() -> dict[str, Value]:
    """Give what of this machine decides over the last bits."""
    return {
        **{name: _version(name) for name in _PACKAGES},
        "device": _device(),
        "threads": torch.get_num_threads(),
    }


def _read(location: str) -> dict[str, Any]:
    try:
        facts = json.loads((Path(location) / CIRCUMSTANCES).read_text(encoding="utf-8"))
        return {part: dict(facts[part]) for part in ("settings", "machine")}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            Cause.UNTRUSTED_CHECKPOINT,
            f"training cannot go on from {location}: {CIRCUMSTANCES} cannot be read",
        ) from error


def _shaping(settings: dict[str, Value]) -> dict[str, Value]:
    return {
        key: value
        for key, value in settings.items()
        if not key.startswith(_SHAPING_NOTHING) and key not in _IN_THE_PLAN
    }


def _changed(then: dict[str, Value], now: dict[str, Value]) -> str:
    """Name what differs, with both values."""
    keys = [key for key in sorted({**then, **now}) if then.get(key) != now.get(key)]
    return ", ".join(f"{key} was {then.get(key)}, is {now.get(key)}" for key in keys)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _device() -> str:
    if device().type == "cuda":
        return str(torch.cuda.get_device_name())
    return f"cpu {torch.backends.cpu.get_cpu_capability()}"
