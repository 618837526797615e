"""Changes to the scores of one row that leave every finite score finite."""

from collections.abc import Iterable
from typing import Any

import torch

Scores = Any


def shifted(scores: Scores, amount: float) -> Scores:
    """Add an amount to all, within the range of the type; what is forbidden stays forbidden."""
    most = torch.finfo(scores.dtype).max
    moved = (scores + max(-most, min(most, float(amount)))).clamp(-most, most)
    return torch.where(torch.isinf(scores), scores, moved)


def shifted_at(scores: Scores, tokens: Iterable[int], amount: float) -> Scores:
    """Add an amount to some tokens."""
    places = _places(scores, tokens)
    if not len(places):
        return scores
    changed = scores.clone()
    changed[places] = shifted(scores[places], amount)
    return changed


def forbidden_at(scores: Scores, tokens: Iterable[int]) -> Scores:
    """Forbid some tokens, unless none were left."""
    places = _places(scores, tokens)
    if not len(places):
        return scores
    changed = scores.clone()
    changed[places] = -torch.inf
    return changed if torch.isfinite(changed).any() else scores


def only(scores: Scores, token: int) -> Scores:
    """Forbid all tokens but one, unless that one is forbidden already."""
    changed = torch.full_like(scores, -torch.inf)
    changed[token] = scores[token]
    return changed if torch.isfinite(scores[token]) else scores


def _places(scores: Scores, tokens: Iterable[int]) -> Any:
    """Leave out tokens for which the network has no score."""
    known = [token for token in tokens if token < len(scores)]
    return torch.tensor(known, dtype=torch.long, device=scores.device)
