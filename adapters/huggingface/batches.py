"""Which rows go into which step, and how rows become tensors."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import torch

from application.ports.trainer import Course
from domain.batching import batches
from domain.masking import IGNORED, Encoded, labels

Batch = dict[str, torch.Tensor]
_order = lru_cache(maxsize=2)(batches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All steps of a job; steps count from 1, epochs from 0."""

    rows: tuple[Encoded, ...]
    size: int
    accumulation: int
    epochs: int
    seed: int
    max_steps: int

    @classmethod
    def of(cls, course: Course) -> Self:
        """Plan a course."""
        hyperparams = course.settings.hyperparams
        return cls(
            rows=course.train,
            size=hyperparams.per_device_train_batch_size,
            accumulation=hyperparams.gradient_accumulation_steps,
            epochs=hyperparams.num_train_epochs,
            seed=hyperparams.seed,
            max_steps=hyperparams.max_steps,
        )

    @property
    def steps_an_epoch(self) -> int:
        """Count the steps of one epoch; the last one may have fewer passes."""
        return math.ceil(math.ceil(len(self.rows) / self.size) / self.accumulation)

    @property
    def total(self) -> int:
        """Count the steps of the job."""
        return min(self.whole, self.max_steps or self.whole)

    @property
    def whole(self) -> int:
        """Count the steps that all rows take."""
        return self.steps_an_epoch * self.epochs

    def batches(self, epoch: int) -> list[tuple[int, ...]]:
        """Give the indices of the rows of each pass of an epoch."""
        return _order(len(self.rows), self.size, self.seed, epoch)

    def tokens(self, step: int) -> int:
        """Count the tokens of a step, without padding."""
        epoch, place = divmod(step - 1, self.steps_an_epoch)
        first = place * self.accumulation
        passes = self.batches(epoch)[first : first + self.accumulation]
        return sum(len(self.rows[index].ids) for batch in passes for index in batch)


class PlannedBatches:
    """The batch sampler of a plan: a loader asks it for the indices of each pass."""

    drop_last = False

    def __init__(self, plan: Plan) -> None:
        self.batch_size = plan.size
        self._plan = plan
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Go on with the order of another epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._plan.batches(self._epoch))

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return iter(self._plan.batches(self._epoch))


def collate(rows: Sequence[Encoded], padding: int) -> Batch:
    """Lay rows under each other, filled up on the right; padding is known by its place."""
    longest = max(len(row.ids) for row in rows)

    def filled(values: Sequence[int], filler: int) -> list[int]:
        return [*values, *[filler] * (longest - len(values))]

    return {
        "input_ids": torch.tensor([filled(row.ids, padding) for row in rows]),
        "attention_mask": torch.tensor([filled([1] * len(row.ids), 0) for row in rows]),
        "labels": torch.tensor([filled(labels(row), IGNORED) for row in rows]),
    }
