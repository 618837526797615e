"""Which rows go into which pass, and how rows become tensors."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any

import torch

from adapters.huggingface.segments import Segments, pack_inputs
from domain.batching import StepPlan
from domain.masking import Encoded
from domain.planning import passes_of
from domain.settings.settings import Settings

Batch = dict[str, Any]
"""input_ids and what tells rows from each other; places, where in all tokens of the batch laid end
to end something is predicted that is trained; targets, the tokens that ought to be said there."""

Collate = Callable[[Sequence[Encoded]], list[Batch]]
_ASKED = ("input_ids", "attention_mask", "position_ids")


class PlannedBatches:
    """The batch sampler of a plan: a loader asks it for the indices of each pass."""

    drop_last = False

    def __init__(self, plan: StepPlan) -> None:
        self.batch_size = 1
        self._plan = plan
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Go on with the order of another epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._plan.batches)

    def __iter__(self) -> Iterator[Sequence[int]]:
        return (self._plan.batches[number] for number in self._plan.order(self._epoch))


def collate_for(settings: Settings, *, packed: bool, padding: int) -> Collate:
    """Choose how the rows of a batch become tensors: more than one where it goes in parts."""

    def collate(rows: Sequence[Encoded]) -> list[Batch]:
        parts = passes_of([len(row.ids) for row in rows], settings, packed=packed)
        if packed:
            return [packed_tensors(rows[part]) for part in parts]
        return [padded_tensors(rows[part], padding) for part in parts]

    return collate


def padded_tensors(rows: Sequence[Encoded], padding: int) -> Batch:
    """Lay rows under each other, filled up on the right; padding is known by its place."""
    longest = max(len(row.ids) for row in rows)

    def filled(values: Sequence[int], filler: int) -> list[int]:
        return [*values, *[filler] * (longest - len(values))]

    return {
        "input_ids": torch.tensor([filled(row.ids, padding) for row in rows]),
        "attention_mask": torch.tensor([filled([1] * len(row.ids), 0) for row in rows]),
        **_predicted(rows, range(0, longest * len(rows), longest)),
    }


def packed_tensors(rows: Sequence[Encoded]) -> Batch:
    """Lay rows end to end; positions begin anew with each."""
    lengths = tuple(len(row.ids) for row in rows)
    return {
        "input_ids": torch.tensor([list(chain.from_iterable(row.ids for row in rows))]),
        "position_ids": torch.tensor([list(chain.from_iterable(map(range, lengths)))]),
        "segments": Segments(lengths),
        **_predicted(rows, accumulate(lengths, initial=0)),
    }


def network_inputs(network: Any, batch: Batch) -> dict[str, Any]:
    """Give what the network is asked, in the words of the attention that it runs."""
    inputs = {name: batch[name] for name in _ASKED if name in batch}
    return {**inputs, **(pack_inputs(network, batch["segments"]) if "segments" in batch else {})}


def on_device(batch: Batch, device: torch.device) -> Batch:
    """Move the tensors of a batch."""
    return {
        name: each.to(device) if torch.is_tensor(each) else each for name, each in batch.items()
    }


def _predicted(rows: Sequence[Encoded], starts: Iterable[int]) -> Batch:
    """Say where a trained token is predicted: one before it, so the first of a row is nobody's."""
    places, targets = list[int](), list[int]()
    for start, row in zip(starts, rows, strict=False):
        for span in row.trained:
            first = max(span.start, 1)
            places.extend(range(start + first - 1, start + span.end - 1))
            targets.extend(row.ids[first : span.end])
    return {
        "places": torch.tensor(places, dtype=torch.long),
        "targets": torch.tensor(targets, dtype=torch.long),
    }
