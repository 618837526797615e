"""How a job learns."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import MOST, setting


class Schedule(StrEnum):
    """How the learning rate goes over one job."""

    COSINE = "cosine"
    LINEAR = "linear"
    CONSTANT_WITH_WARMUP = "constant_with_warmup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparams:
    """Optimizer, schedule, batches and when to save."""

    learning_rate: float = setting(
        2e-4, "Highest learning rate.", flag="--learning-rate", gt=0, le=1
    )
    lr_scheduler_type: Schedule = setting(Schedule.COSINE, "Course of the learning rate.")
    warmup_steps: int = setting(
        100, "Steps until the highest learning rate.", unit="steps", ge=0, le=MOST
    )
    weight_decay: float = setting(0.01, "Decay of AdamW.", ge=0, le=1)
    adam_beta2: float = setting(0.999, "Second moment of AdamW.", gt=0, lt=1)
    max_grad_norm: float = setting(1.0, "Gradients are clipped to this norm.", gt=0)
    num_train_epochs: int = setting(
        1, "How often each row is seen.", unit="epochs", flag="--epochs", ge=1, le=MOST
    )
    max_steps: int = setting(
        0,
        "End a job after so many steps; 0 means all rows.",
        unit="steps",
        flag="--max-steps",
        ge=0,
        le=MOST,
    )
    per_device_train_batch_size: int = setting(
        1, "Rows in one forward pass.", unit="rows", flag="--batch-size", ge=1, le=MOST
    )
    gradient_accumulation_steps: int = setting(
        16, "Forward passes in one step.", unit="passes", ge=1, le=MOST
    )
    max_length: int = setting(
        2048, "Longest row.", unit="tokens", flag="--max-length", ge=8, le=MOST
    )
    save_steps: int = setting(1000, "Steps between two checkpoints.", unit="steps", ge=1, le=MOST)
    eval_steps: int = setting(
        0,
        "Steps between two evaluations; 0 means at the start and the end.",
        unit="steps",
        ge=0,
        le=MOST,
    )
    early_stopping_patience: int = setting(
        0, "End a job after so many evaluations without a better one; 0 never does.", ge=0, le=MOST
    )
    activation_checkpointing: bool = setting(
        False,
        "Compute activations twice, to hold fewer of them.",
    )
    seed: int = setting(42, "Seed of everything random in a job.", ge=0, le=2**32 - 1)
