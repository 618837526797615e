"""The steps of a job, as its settings want them."""

from collections.abc import Sequence

from domain.batching import BatchPlan, StepPlan, cut, grouped_batches, packed_batches
from domain.settings.settings import Settings


def batches_of(lengths: Sequence[int], settings: Settings, *, packed: bool) -> BatchPlan:
    """Lay rows of these lengths into forward passes; packed ones hold up to max_length tokens."""
    hyperparams = settings.hyperparams
    size, seed = hyperparams.per_device_train_batch_size, hyperparams.seed
    if packed:
        return packed_batches(lengths, hyperparams.max_length, size, seed)
    return grouped_batches(lengths, size, seed)


def passes_of(lengths: Sequence[int], settings: Settings, *, packed: bool) -> list[slice]:
    """Cut a batch of rows of these lengths into passes: one, unless it was laid for larger ones."""
    hyperparams = settings.hyperparams
    size = hyperparams.per_device_train_batch_size
    if packed:
        return cut(lengths, size * hyperparams.max_length)
    return cut([1] * len(lengths), size)


def fill_of(batches: BatchPlan, lengths: Sequence[int], longest: int) -> float:
    """Give the share of all places, in whole packs or in padded batches, that holds tokens."""
    if batches.packed:
        packs = (len(cut([lengths[row] for row in rows], longest)) for rows in batches)
        return sum(lengths) / (longest * sum(packs))
    padded = sum(len(rows) * max(lengths[row] for row in rows) for rows in batches)
    return sum(lengths) / padded


def steps_of(lengths: Sequence[int], batches: BatchPlan, settings: Settings) -> StepPlan:
    """Group forward passes into optimizer steps."""
    hyperparams = settings.hyperparams
    return StepPlan(
        batches=batches,
        lengths=lengths,
        accumulation=hyperparams.gradient_accumulation_steps,
        epochs=hyperparams.num_train_epochs,
        seed=hyperparams.seed,
        most=hyperparams.max_steps,
    )
