"""Which rows go through the model together, and in which order: pure functions of a seed."""

import hashlib
import random
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Self

from domain.packing import best_fit

VERSION = 1
_AT_ONCE = 4096


@dataclass(frozen=True)
class BatchPlan:
    """The rows of every forward pass of an epoch.

    rows holds row indices, batch after batch; ends says where each batch ends in it. The rows of
    a packed batch lie end to end, those of others under each other with padding.
    """

    packed: bool
    rows: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, batches: Iterable[Sequence[int]], *, packed: bool) -> Self:
        """Lay batches down flat."""
        rows, ends = array("L"), array("L")
        for batch in batches:
            rows.extend(batch)
            ends.append(len(rows))
        return cls(packed, rows, ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> Sequence[int]:
        start = self.ends[number - 1] if number else 0
        return self.rows[start : self.ends[number]]

    def __iter__(self) -> Iterator[Sequence[int]]:
        return (self[number] for number in range(len(self)))

    @cached_property
    def digest(self) -> str:
        """Give the SHA-256 in hex of all that decides which rows meet."""
        seen = hashlib.sha256(f"{VERSION} {self.packed} {len(self.rows)} {len(self)}\n".encode())
        for numbers in (self.rows, self.ends):
            for start in range(0, len(numbers), _AT_ONCE):
                block = numbers[start : start + _AT_ONCE]
                seen.update(struct.pack(f"<{len(block)}Q", *block))
        return seen.hexdigest()


def packed_batches(lengths: Sequence[int], capacity: int, packs: int, seed: int) -> BatchPlan:
    """Pack rows and let so many packs go through the model at once; the seed decides which."""
    found = best_fit(lengths, capacity)
    _chance(f"packs/{seed}").shuffle(found)  # best fit begins with the longest rows
    groups = (found[start : start + packs] for start in range(0, len(found), packs))
    return BatchPlan.of(([row for pack in group for row in pack] for group in groups), packed=True)


def grouped_batches(lengths: Sequence[int], size: int, seed: int) -> BatchPlan:
    """Give batches of rows of about the same length; the seed decides between equal ones."""
    order = list(range(len(lengths)))
    _chance(f"rows/{seed}").shuffle(order)
    order.sort(key=lengths.__getitem__, reverse=True)
    batches = (order[start : start + size] for start in range(0, len(order), size))
    return BatchPlan.of(batches, packed=False)


@lru_cache(maxsize=2)
def epoch_order(batches: int, seed: int, epoch: int) -> Sequence[int]:
    """Give the order in which the batches of an epoch are trained; epochs count from 0."""
    order = array("L", range(batches))
    _chance(f"{seed}/{epoch}").shuffle(order)
    return order


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """All optimizer steps of a job over its batches; steps count from 1, epochs from 0.

    Each epoch ends with a step that may have fewer batches. most ends the job early, 0 does not.
    """

    batches: BatchPlan
    lengths: Sequence[int]
    accumulation: int
    epochs: int
    seed: int
    most: int = 0

    @property
    def steps_an_epoch(self) -> int:
        """Count the steps of one epoch."""
        return -(-len(self.batches) // self.accumulation)

    @property
    def whole(self) -> int:
        """Count the steps that all rows take."""
        return self.steps_an_epoch * self.epochs

    @property
    def total(self) -> int:
        """Count the steps of the job."""
        return min(self.whole, self.most or self.whole)

    def order(self, epoch: int) -> Sequence[int]:
        """Give the numbers of the batches of an epoch, in the order of training."""
        return epoch_order(len(self.batches), self.seed, epoch)

    def rows_of(self, step: int) -> list[int]:
        """Give the indices of the rows of a step."""
        epoch, place = divmod(step - 1, self.steps_an_epoch)
        first = place * self.accumulation
        passes = islice(self.order(epoch), first, first + self.accumulation)
        return [row for number in passes for row in self.batches[number]]

    def tokens(self, step: int) -> int:
        """Count the tokens of a step, without padding."""
        return sum(self.lengths[row] for row in self.rows_of(step))

    def tokens_in(self, steps: int) -> int:
        """Count the tokens that the first steps see, without padding."""
        return sum(map(self.tokens, range(1, steps + 1)))

    def rows_in(self, steps: int) -> int:
        """Count the rows that the first steps see."""
        epochs, rest = divmod(steps, self.steps_an_epoch)
        begun = (self.rows_of(epochs * self.steps_an_epoch + step) for step in range(1, rest + 1))
        return epochs * len(self.batches.rows) + sum(map(len, begun))


def cut(sizes: Iterable[int], most: int) -> list[slice]:
    """Cut a row of things, in their order, into as few parts as hold no more than most.

    What is larger by itself is a part by itself.
    """
    parts, start, held, place = list[slice](), 0, 0, 0
    for place, size in enumerate(sizes):
        if place > start and held + size > most:
            parts.append(slice(start, place))
            start, held = place, 0
        held += size
    return [*parts, slice(start, place + 1)]


def _chance(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311 - an order, not a secret
