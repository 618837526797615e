"""Attention that keeps the rows of a pack apart by going through them one after the other."""

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, sdpa_mask
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from domain.settings.model import Attention

# They are told where the rows of a pack end, and see no mask.
WITHOUT_MASK = (Attention.FLASH, Attention.SEGMENTS)
# What a model may ask of its attention beyond being causal: here it would be lost without a word.
_NOT_HERE = ("softcap", "s_aux", "position_bias", "cache")


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """How long the rows of a pack are, in tokens; plain numbers, so that no device is asked."""

    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what is no row."""
        if min(self.lengths, default=0) < 1:
            raise ValueError(f"a pack has rows of at least one token, not {self.lengths}")

    def for_flash(self, device: torch.device) -> dict[str, Any]:
        """Say the same in the words of flash-attention, as transformers hands them through."""
        ends = torch.tensor([0, *accumulate(self.lengths)], dtype=torch.int32).to(device)
        longest = max(self.lengths)
        return {
            "cu_seq_lens_q": ends,
            "cu_seq_lens_k": ends,
            "max_length_q": longest,
            "max_length_k": longest,
        }


def segmented_sdpa(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    dropout: float = 0.0,
    scaling: float | None = None,
    segments: Segments | None = None,
    sliding_window: int | None = None,
    **rest: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within each row of one pack: (1, heads, tokens, size) to (1, tokens, heads, size).

    Without segments it is the plain sdpa of transformers, for padded rows and for generation.
    """
    if segments is None:
        return sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling,
            sliding_window=sliding_window, **rest,
        )  # fmt: skip
    if strange := [name for name in _NOT_HERE if rest.get(name) is not None]:
        raise ValueError(f"this attention has no {', '.join(strange)}")
    # Splitting costs nothing on the way back; slicing fills a whole gradient for each row.
    rows = zip(*(each.split(segments.lengths, dim=2) for each in (query, key, value)), strict=True)
    seen = [
        scaled_dot_product_attention(
            query=row[0],
            key=row[1],
            value=row[2],
            dropout_p=dropout,
            scale=scaling,
            enable_gqa=query.shape[1] != key.shape[1],
            **_causal(length, sliding_window, query.device),
        ).transpose(1, 2)
        for length, row in zip(segments.lengths, rows, strict=True)
    ]
    return torch.cat(seen, dim=1), None


def _causal(length: int, window: int | None, device: torch.device) -> dict[str, Any]:
    """Look back to the beginning of the row, or over a window that is shorter than the row."""
    if window is None or length <= window:
        return {"is_causal": True}
    back = torch.arange(length, device=device)
    distance = back[:, None] - back[None, :]
    return {"attn_mask": (distance >= 0) & (distance < window)}


def attention_of(network: Any) -> str:
    """Give the name of the attention that a network runs."""
    return str(network.config._attn_implementation)  # noqa: SLF001 - its only name


def pack_inputs(network: Any, lengths: Segments) -> dict[str, Any]:
    """Give what keeps the rows of a pack apart, beside their positions, by the attention in use."""
    match attention_of(network):
        case Attention.SEGMENTS:
            # A mask of four dimensions is taken as it is: none is made of the positions.
            mask = torch.zeros(1, 1, 1, 1, dtype=network.dtype, device=network.device)
            return {"segments": lengths, "attention_mask": mask}
        case Attention.FLASH:
            return lengths.for_flash(network.device)
    return {}


ALL_ATTENTION_FUNCTIONS.register(Attention.SEGMENTS.value, segmented_sdpa)
ALL_MASK_ATTENTION_FUNCTIONS.register(Attention.SEGMENTS.value, sdpa_mask)
