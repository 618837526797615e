"""What a predecessor's settings are called here, and what becomes of their values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from domain.settings.layers import Value, flatten
from domain.settings.left_behind import LEFT_BEHIND, Reason
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Taken:
    """A key of the old file, and what it became."""

    old: str
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Left:
    """A key of the old file that was not taken; its value is not repeated, it may be a secret."""

    old: str
    reason: Reason
    why: str


@dataclass(frozen=True, slots=True)
class Translation:
    """Every key of an old file once: taken or left."""

    taken: tuple[Taken, ...]
    left: tuple[Left, ...]

    @property
    def assignments(self) -> tuple[str, ...]:
        """Give what was taken as key=value texts."""
        return tuple(f"{each.key}={each.value}" for each in self.taken)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A setting of guild, and how the old value is said in it."""

    key: str
    convert: Callable[[Value], Value] = lambda value: value


class _UntranslatableError(ValueError):
    """Nothing here means what this value meant."""


def _words(**words: str) -> Callable[[Value], Value]:
    return lambda value: words.get(value, value) if isinstance(value, str) else value


def _prompt(value: Value) -> Value:
    if isinstance(value, str) and "{date}" in value:
        raise _UntranslatableError("guild puts no date in; write the text without {date}")
    return value


COUNTERPARTS: Mapping[str, Counterpart] = {
    "hyperparams.batch_size": Counterpart("hyperparams.per_device_train_batch_size"),
    "hyperparams.gradient_accumulation": Counterpart("hyperparams.gradient_accumulation_steps"),
    "hyperparams.learning_rate": Counterpart("hyperparams.learning_rate"),
    "hyperparams.lr_scheduler": Counterpart("hyperparams.lr_scheduler_type"),
    "hyperparams.warmup_steps": Counterpart("hyperparams.warmup_steps"),
    "hyperparams.num_epochs": Counterpart("hyperparams.num_train_epochs"),
    "hyperparams.max_steps": Counterpart("hyperparams.max_steps"),
    "hyperparams.max_length": Counterpart("hyperparams.max_length"),
    "hyperparams.save_steps": Counterpart("hyperparams.save_steps"),
    "hyperparams.eval_steps": Counterpart("hyperparams.eval_steps"),
    "hyperparams.use_gradient_checkpointing": Counterpart("hyperparams.activation_checkpointing"),
    "hyperparams.fp_precision": Counterpart("model.dtype", _words(bf16="bfloat16", fp32="float32")),
    "model.gradient_checkpointing": Counterpart("hyperparams.activation_checkpointing"),
    "profile.name": Counterpart("profile.name", _words(none="plain_sft")),
    "monitoring.system_prompt_base": Counterpart("profile.system_prompt", _prompt),
    "monitoring.validation_split": Counterpart("data.validation_split"),
    "monitoring.validation_max_samples": Counterpart("data.validation_max_samples"),
    "monitoring.status_update_interval": Counterpart("monitoring.status_update_interval"),
    "monitoring.preview_backend": Counterpart("monitoring.preview_backend"),
    "monitoring.preview_max_tokens": Counterpart("monitoring.preview_max_tokens"),
    "monitoring.preview_temperature": Counterpart("monitoring.preview_temperature"),
    "monitoring.remote_3090_host": Counterpart("monitoring.remote_3090_host"),
    "monitoring.remote_3090_port": Counterpart("monitoring.remote_3090_port"),
    "monitoring.remote_3090_timeout": Counterpart("monitoring.remote_3090_timeout"),
    "monitoring.remote_3090_model_id": Counterpart("monitoring.remote_3090_model_id"),
    "data.enable_packing": Counterpart("packing.enabled"),
    "data.validation_dataset_path": Counterpart("data.validation_dataset_path"),
    "data.seed": Counterpart("hyperparams.seed"),
    "environment.max_grad_norm": Counterpart("hyperparams.max_grad_norm"),
}
# Outside of a section, 'name' and 'profile' say too little to be a profile.
FLAT: Mapping[str, str] = {
    **{old.partition(".")[2]: old for old in COUNTERPARTS if not old.startswith("profile.")},
    "gradient_accumulation_steps": "hyperparams.gradient_accumulation",
    "precision": "hyperparams.fp_precision",
    "system_prompt": "monitoring.system_prompt_base",
}
_KINDS = {str: "a text", int: "a number", float: "a number", bool: "true or false"}
_NEVER_EVALUATED = "eval_strategy was not 'steps', so it had no effect"


def translate(leaves: Mapping[str, object]) -> Translation:
    """Translate an old file's leaves by dotted key; of a nested and a flat key the nested wins."""
    taken: dict[str, Taken] = {}
    left: list[Left] = []
    for old in sorted(leaves, key=lambda key: key not in COUNTERPARTS):
        found = _translated(old, leaves)
        if isinstance(found, Taken) and found.key in taken:
            found = _overruled(found, taken[found.key])
        if isinstance(found, Taken):
            taken[found.key] = found
        else:
            left.append(found)
    return Translation(tuple(taken.values()), tuple(left))


def _translated(old: str, leaves: Mapping[str, object]) -> Taken | Left:
    nested = FLAT.get(old, old)
    value = leaves[old]
    if nested not in COUNTERPARTS:
        return _left_behind(old)
    if value is None:
        return Left(old, Reason.UNSET, "it is null, and guild's default stays")
    if nested == "hyperparams.eval_steps" and _strategy(leaves) != "steps":
        return Left(old, Reason.NO_COUNTERPART, _NEVER_EVALUATED)
    if not isinstance(value, str | int | float):
        return Left(old, Reason.REFUSED, "it is a list, not one value")
    return _converted(old, COUNTERPARTS[nested], value)


def _converted(old: str, counterpart: Counterpart, value: Value) -> Taken | Left:
    kind = type(flatten(Settings())[counterpart.key])
    if isinstance(value, str) is not (kind is str):
        return Left(old, Reason.REFUSED, f"{counterpart.key} is {_KINDS[kind]}")
    try:
        return Taken(old, counterpart.key, counterpart.convert(value))
    except _UntranslatableError as error:
        return Left(old, Reason.REFUSED, str(error))


def _overruled(found: Taken, winner: Taken) -> Left:
    same = found.value == winner.value
    why = "says the same" if same else "says something else, and wins"
    return Left(found.old, Reason.OVERRULED, f"{winner.old} {why}")


def _strategy(leaves: Mapping[str, object]) -> object:
    flat = leaves.get("eval_strategy", "steps")
    return leaves.get("hyperparams.eval_strategy", flat)


def _left_behind(old: str) -> Left:
    for key in (old, *_parents(old)):
        if key in LEFT_BEHIND:
            return Left(old, *LEFT_BEHIND[key])
    return Left(old, Reason.UNKNOWN, "no predecessor that guild knows had this key")


def _parents(key: str) -> Iterator[str]:
    while "." in key:
        key = key.rpartition(".")[0]
        yield key
