"""Whether the logits of a network are its last states times the head, and nothing else."""

from typing import Any

import torch

from adapters.huggingface.precision import multiplying_in

_TOKENS = 8


def is_plain(network: Any, products: torch.dtype | None = None) -> bool:
    """Watch one small pass: what goes into the head, and what of it comes out of the network.

    Some networks scale their logits, cap them or project the states first. Nothing is compared by
    a tolerance: a step between would change some bit of so many numbers. Some attentions have no
    other format than that of the products.
    """
    head, base = network.get_output_embeddings(), network.base_model
    if type(head) is not torch.nn.Linear or base is network:
        return False
    seen: dict[str, Any] = {}
    hooks = (
        head.register_forward_hook(lambda _, given, said: seen.update(given=given[0], said=said)),
        base.register_forward_hook(
            lambda _, __, found: seen.update(last=getattr(found, "last_hidden_state", None))
        ),
    )
    ids = torch.arange(_TOKENS, device=network.device)[None] % head.out_features
    was_training = network.training
    try:
        with torch.inference_mode(), multiplying_in(products, network.device):
            logits = network.eval()(input_ids=ids, use_cache=False).logits
    finally:
        network.train(was_training)
        for hook in hooks:
            hook.remove()
    return _same(seen.get("given"), seen.get("last")) and _same(seen.get("said"), logits)


def _same(one: Any, other: Any) -> bool:
    return torch.is_tensor(one) and torch.is_tensor(other) and torch.equal(one, other)
