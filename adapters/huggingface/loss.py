"""What is made smaller: the surprise at trained tokens, and at no others."""

from typing import Any

import torch
from torch.nn.functional import cross_entropy

from adapters.huggingface.batches import Batch
from adapters.huggingface.precision import at_least_float32
from domain.masking import IGNORED


def summed_loss(network: Any, batch: Batch) -> torch.Tensor:
    """Give the sum of nats over the trained tokens of a batch."""
    wanted = batch["labels"][:, 1:]
    trained = wanted != IGNORED
    inputs = {name: tensor for name, tensor in batch.items() if name != "labels"}
    logits = network(**inputs, use_cache=False).logits
    said = at_least_float32(logits[:, :-1][trained])
    return cross_entropy(said, wanted[trained], reduction="sum")


def trained_count(batch: Batch) -> int:
    """Count the trained tokens of a batch; the first of a row is never predicted."""
    return int((batch["labels"][:, 1:] != IGNORED).sum())
