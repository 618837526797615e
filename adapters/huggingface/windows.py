"""What a model tells its attention only by a mask, and no short trial would show."""

from typing import Any

import torch
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, sdpa_mask
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from adapters.huggingface.segments import segmented_sdpa

_LISTENING = "listening_sdpa"
_SLIDING = "sliding_attention"
_TOKENS = 4
_told: list[int | None] = []


def only_in_masks(network: Any) -> str:
    """Say what an attention without masks would not hear of, '' where it hears everything."""
    config = network.config.get_text_config()
    if getattr(config, "attention_chunk_size", None) is not None:
        return "the model looks back over chunks of tokens, and says so in its mask alone"
    if not getattr(config, "sliding_window", None):
        return ""
    kinds = getattr(config, "layer_types", None) or [_SLIDING] * config.num_hidden_layers
    told = _windows_told(network)
    heard = [window for kind, window in zip(kinds, told, strict=False) if kind == _SLIDING]
    if len(told) == len(kinds) and all(heard):
        return ""
    return "the model looks back over a window, and says so in its mask alone"


def _windows_told(network: Any) -> list[int | None]:
    """Give the window that each layer tells its attention, in their order."""
    network.set_attn_implementation(_LISTENING)
    _told.clear()
    was_training = network.training
    with torch.inference_mode():
        ids = torch.arange(_TOKENS, device=network.device)[None]
        network.eval()(input_ids=ids, use_cache=False)
    network.train(was_training)
    return list(_told)


def _listening(*given: Any, sliding_window: int | None = None, **rest: Any) -> Any:
    _told.append(sliding_window)
    return segmented_sdpa(*given, sliding_window=sliding_window, **rest)


ALL_ATTENTION_FUNCTIONS.register(_LISTENING, _listening)
ALL_MASK_ATTENTION_FUNCTIONS.register(_LISTENING, sdpa_mask)
