"""What is made smaller: the surprise at trained tokens, and at no others."""

from typing import Any

import torch
from torch.nn import LinearCrossEntropyOptions
from torch.nn.functional import cross_entropy, linear_cross_entropy

from adapters.huggingface.batches import Batch, network_inputs
from adapters.huggingface.head import is_plain
from adapters.huggingface.precision import at_least_float32

# Without a size of its own torch tries many, which takes nine times as long on a CPU.
_CHUNK = 256


class SummedLoss:
    """The sum of nats over the trained tokens of a batch.

    Only what predicts a trained token goes through the head, and so many at a time that their
    logits stay small. A head that is more than one multiplication says its logits itself.
    """

    def __init__(self, network: Any) -> None:
        self._head = network.get_output_embeddings() if is_plain(network) else None
        self._options = LinearCrossEntropyOptions(batch_chunk_size=_CHUNK, chunking_method=None)

    def __call__(self, network: Any, batch: Batch) -> torch.Tensor:
        """Let a batch through the network, as whoever trains it has wrapped it."""
        inputs = network_inputs(network, batch)
        if self._head is None:
            logits = network(**inputs, use_cache=False).logits.flatten(0, 1)
            said = at_least_float32(logits.index_select(0, batch["places"]))
            return cross_entropy(said, batch["targets"], reduction="sum")
        states = network.base_model(**inputs, use_cache=False).last_hidden_state.flatten(0, 1)
        # The sum comes in the format of the states: a coarse one is added up here, place by place.
        fine = at_least_float32(states).dtype is states.dtype
        found = linear_cross_entropy(
            states.index_select(0, batch["places"]),
            self._head.weight,
            batch["targets"],
            linear_bias=self._head.bias,
            reduction="sum" if fine else "none",
            options=self._options,
        )
        return found if fine else at_least_float32(found).sum()


def trained_count(batch: Batch) -> int:
    """Count the trained tokens of a batch; the first of a row is never predicted."""
    return int(batch["targets"].numel())
