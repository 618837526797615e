"""What the memory trainer writes beside a model, to go on from it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from application.ports.trainer import Course
from domain.checkpoint import OPTIMIZER
from domain.result import Cause, TrainingError

_FILE = "trainer_state.json"
_UNREADABLE = (KeyError, OSError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class TrainerState:
    """Step of the job, digest of its plan, what the optimizer remembers, steps and losses."""

    step: int
    plan: str
    optimizer: str
    evaluations: Sequence[tuple[int, float]]

    @classmethod
    def read(cls, location: str) -> Self:
        """Read what was written."""
        facts = json.loads((Path(location) / _FILE).read_text())
        return cls(**facts, optimizer=(Path(location) / OPTIMIZER).read_text())

    def write(self, location: str) -> None:
        """Write this into a checkpoint."""
        facts = asdict(self)
        (Path(location) / OPTIMIZER).write_text(facts.pop("optimizer"))
        (Path(location) / _FILE).write_text(json.dumps(facts))


def state_at(course: Course) -> TrainerState:
    """Give the state that a job goes on with, or refuse it."""
    try:
        state = TrainerState.read(course.resume_from)
    except _UNREADABLE as error:
        raise _untrusted(course, str(error)) from error
    if state.plan != course.plan.batches.digest:
        raise _untrusted(course, "its rows were grouped otherwise")
    return state


def carried_optimizer(location: str) -> str:
    """Give what the optimizer of a head remembers, or refuse the head."""
    try:
        return TrainerState.read(location).optimizer
    except _UNREADABLE as error:
        raise TrainingError(
            Cause.CONFIG_ERROR,
            f"no optimizer state can be carried over from {location}: {error}",
            fix=("continuation.optimizer_state=reset",),
        ) from error


def _untrusted(course: Course, why: str) -> TrainingError:
    return TrainingError(
        Cause.UNTRUSTED_CHECKPOINT, f"training cannot go on from {course.resume_from}: {why}"
    )
