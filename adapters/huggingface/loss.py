"""What is made smaller: the surprise at trained tokens, and at no others."""

from typing import Any

import torch
from torch.nn import LinearCrossEntropyOptions
from torch.nn.functional import cross_entropy, linear_cross_entropy

from adapters.huggingface.batches import Batch, network_inputs
from adapters.huggingface.head import is_plain
from adapters.huggingface.precision import at_least_float32, multiplying_in

# Without a size of its own torch tries many, which takes nine times as long on a CPU.
_CHUNK = 256
_FINE = torch.finfo(torch.float32).bits


class SummedLoss:
    """The sum of nats over the trained tokens of a batch.

    Only what predicts a trained token goes through the head, and so many at a time that their
    logits stay small. A head that is more than one multiplication says its logits itself.
    products is what the network multiplies in, None for the format of its weights.
    """

    def __init__(self, network: Any, products: torch.dtype | None = None) -> None:
        self._products = products
        self._is_fine = torch.finfo(products or network.dtype).bits >= _FINE
        self._head = network.get_output_embeddings() if is_plain(network, products) else None
        self._options = LinearCrossEntropyOptions(
            # By itself a GPU would add up the gradient of the head in bfloat16, chunk by chunk.
            batch_chunk_size=_CHUNK,
            chunking_method=None,
            acc_policy="auto" if self._is_fine else "accurate",
        )

    def __call__(self, network: Any, batch: Batch) -> torch.Tensor:
        """Let a batch through the network, as whoever trains it has wrapped it."""
        inputs = network_inputs(network, batch)
        with multiplying_in(self._products, network.device):
            if self._head is None:
                said = network(**inputs, use_cache=False).logits
            else:
                said = network.base_model(**inputs, use_cache=False).last_hidden_state
        looked_at = said.flatten(0, 1).index_select(0, batch["places"])
        if self._head is None:
            return cross_entropy(at_least_float32(looked_at), batch["targets"], reduction="sum")
        return self._through(self._head, looked_at, batch["targets"])

    def _through(self, head: Any, states: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        products = self._products or states.dtype
        found = linear_cross_entropy(
            states.to(products),
            head.weight.to(products),
            targets,
            linear_bias=None if head.bias is None else head.bias.to(products),
            # The sum comes in the same format: a coarse one is added up here, place by place.
            reduction="sum" if self._is_fine else "none",
            options=self._options,
        )
        return found if self._is_fine else at_least_float32(found).sum()


def trained_count(batch: Batch) -> int:
    """Count the trained tokens of a batch; the first of a row is never predicted."""
    return int(batch["targets"].numel())
