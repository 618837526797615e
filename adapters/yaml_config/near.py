"""What somebody may have meant who wrote a name that guild does not know."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

_MOST = 3

SETTINGS_ELSEWHERE: Mapping[str, str] = {
    "accumulation_steps": "hyperparams.gradient_accumulation_steps",
    "attention": "model.attn_implementation",
    "attn": "model.attn_implementation",
    "batch_size": "hyperparams.per_device_train_batch_size",
    "beta2": "hyperparams.adam_beta2",
    "bf16": "model.dtype",
    "context_length": "hyperparams.max_length",
    "cutoff_len": "hyperparams.max_length",
    "epochs": "hyperparams.num_train_epochs",
    "eval_split": "data.validation_split",
    "flash_attention": "model.attn_implementation",
    "fp16": "model.dtype",
    "fp_precision": "model.dtype",
    "gradient_accumulation": "hyperparams.gradient_accumulation_steps",
    "gradient_clipping": "hyperparams.max_grad_norm",
    "lr": "hyperparams.learning_rate",
    "lr_scheduler": "hyperparams.lr_scheduler_type",
    "max_seq_len": "hyperparams.max_length",
    "max_seq_length": "hyperparams.max_length",
    "micro_batch_size": "hyperparams.per_device_train_batch_size",
    "num_epochs": "hyperparams.num_train_epochs",
    "precision": "model.dtype",
    "save_every": "hyperparams.save_steps",
    "scheduler": "hyperparams.lr_scheduler_type",
    "sequence_len": "hyperparams.max_length",
    "threads": "environment.num_threads",
    "torch_dtype": "model.dtype",
    "val_set_size": "data.validation_split",
    "val_split": "data.validation_split",
    "warmup": "hyperparams.warmup_steps",
}


def near_settings(key: str, known: Sequence[str]) -> tuple[str, ...]:
    """Name the settings that are meant: the same leaf elsewhere, another trainer's, or a typo."""
    leaf = key.rpartition(".")[2]
    if same := [name for name in known if name.endswith("." + leaf)]:
        return tuple(same)
    if leaf in SETTINGS_ELSEWHERE:
        return (SETTINGS_ELSEWHERE[leaf],)
    leaves = {name.partition(".")[2]: name for name in known}
    by_leaf = [leaves[close] for close in near(leaf, leaves)]
    return tuple(dict.fromkeys([*near(key, known), *by_leaf]))[:_MOST]


def near(name: str, known: Iterable[str]) -> Sequence[str]:
    """Name the known names that look like this one, the nearest first."""
    return get_close_matches(name, list(known), n=_MOST)
