"""What the memory trainer runs on: what was asked for, and nothing of a machine."""

from domain.equipment import Equipment
from domain.settings.model import Attention, Precision
from domain.settings.settings import Settings


def equipment_of(settings: Settings) -> Equipment:
    """Give what was asked for, and the plainest of the rest."""
    model, hyperparams = settings.model, settings.hyperparams
    auto = model.attn_implementation is Attention.AUTO
    return Equipment(
        device="memory",
        dtype=str(Precision.FLOAT32 if model.dtype is Precision.AUTO else model.dtype),
        attention=str(Attention.EAGER if auto else model.attn_implementation),
        world_size=1,
        wrapper="MemoryModel",
        parameters=1,
        trainable_parameters=1,
        tied_weights=False,
        threads=settings.environment.num_threads or 1,
        micro_batch=hyperparams.per_device_train_batch_size,
        accumulation=hyperparams.gradient_accumulation_steps,
        activation_checkpointing=hyperparams.activation_checkpointing,
        compiled=model.compile,
        fused=model.liger,
    )
