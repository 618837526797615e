"""Which rows go into which pass, and how rows become tensors."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import torch

from domain.batching import StepPlan
from domain.masking import IGNORED, Encoded, labels
from domain.planning import passes_of
from domain.settings.settings import Settings

Batch = dict[str, torch.Tensor]
Collate = Callable[[Sequence[Encoded]], list[Batch]]


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
        "labels": torch.tensor([filled(labels(row), IGNORED) for row in rows]),
    }


def packed_tensors(rows: Sequence[Encoded]) -> Batch:
    """Lay rows end to end; positions begin anew with each, which is how attention tells them apart.

    The first token of a row is nobody's to predict: the one before it belongs to another row.
    """
    return {
        "input_ids": torch.tensor([list(chain.from_iterable(row.ids for row in rows))]),
        "position_ids": torch.tensor(
            [list(chain.from_iterable(range(len(row.ids)) for row in rows))]
        ),
        "labels": torch.tensor(
            [list(chain.from_iterable([IGNORED, *labels(row)[1:]] for row in rows))]
        ),
    }
