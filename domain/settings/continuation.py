"""How the next dataset goes on from a head that was trained before."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import setting


class OptimizerState(StrEnum):
    """What becomes of the optimizer's memory between two jobs."""

    RESET = "reset"
    CARRY = "carry"


class LearningRate(StrEnum):
    """How the learning rate goes over a job that continues a head.

    cosine_per_job gives every job the whole course of lr_scheduler_type; constant stays at the
    highest rate from the first step; rewarm warms up again and stays; wsd warms up, stays, and goes
    down over the last fifth of the job.
    """

    COSINE_PER_JOB = "cosine_per_job"
    CONSTANT = "constant"
    REWARM = "rewarm"
    WSD = "wsd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """Optimizer and learning rate of a job on a trained head; a first job has its own schedule."""

    optimizer_state: OptimizerState = setting(
        OptimizerState.RESET, "What becomes of the optimizer's memory between two jobs."
    )
    learning_rate: LearningRate = setting(
        LearningRate.COSINE_PER_JOB, "Course of the learning rate of a job on a trained head."
    )
