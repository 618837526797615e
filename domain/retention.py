"""What is given up so that a campaign's checkpoints have room: a plan, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.checkpoint import Checkpoint, Part

GIB = 1 << 30


class Hold(StrEnum):
    """Why a checkpoint is kept, whatever room it takes."""

    HEAD = "head"
    RESUME = "unfinished job"
    BEST = "best"
    PINNED = "pinned"
    PARENT = "parent"


_NEEDS_OPTIMIZER = frozenset({Hold.HEAD, Hold.RESUME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A checkpoint that takes room: bytes of its optimizer's memory, and of all the rest.

    val_loss is that of its job, None where it is not what the job ended with.
    """

    checkpoint: Checkpoint
    weights: int
    optimizer: int
    holds: frozenset[Hold] = frozenset()
    note: str = ""
    val_loss: float | None = None

    @property
    def size(self) -> int:
        """Count all bytes."""
        return self.weights + self.optimizer

    @property
    def needs_optimizer(self) -> bool:
        """Tell whether training may go on from it."""
        return bool(self.holds & _NEEDS_OPTIMIZER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What is given up of a checkpoint, and the bytes that this frees."""

    shelved: Shelved
    part: Part

    @property
    def size(self) -> int:
        """Count the bytes that become free."""
        return self.shelved.optimizer if self.part is Part.OPTIMIZER else self.shelved.size


def collections(shelf: Sequence[Shelved], budget: int) -> tuple[Collection, ...]:
    """Plan what to give up of a shelf, oldest first, until it fits the budget; 0 keeps everything.

    - the optimizer's memory goes first: of what nothing holds, then of what is held but never
      trained from; then what nothing holds goes whole;
    - nothing is given up that is not needed for the budget, and nothing that is held goes whole;
    - what cannot be freed is not: the plan may leave more than the budget.
    """
    excess = sum(each.size for each in shelf) - budget if budget else 0
    plan: dict[str, Collection] = {}
    for each, part in _candidates(shelf):
        if excess <= 0:
            break
        done = plan.get(each.checkpoint.name)
        plan[each.checkpoint.name] = step = Collection(shelved=each, part=part)
        excess -= step.size - (done.size if done else 0)
    return tuple(plan.values())


def _candidates(shelf: Sequence[Shelved]) -> list[tuple[Shelved, Part]]:
    free = [each for each in shelf if not each.holds]
    held = [each for each in shelf if each.holds and not each.needs_optimizer]
    memories = [(each, Part.OPTIMIZER) for each in (*free, *held) if each.optimizer]
    return [*memories, *((each, Part.WHOLE) for each in free)]
