"""What a running job tells: to people, to programs and to the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.checkpoint import Checkpoint
from domain.equipment import Equipment
from domain.receipts import MaskReceipt, PackingReceipt
from domain.result import Cause, TrainingResult


class Phase(StrEnum):
    """The steps of one job."""

    LOADING = "loading"
    PREPARING = "preparing"
    TRAINING = "training"
    EVALUATING = "evaluating"
    SAVING = "saving"


@dataclass(frozen=True, slots=True)
class PhaseBegun:
    """The job has come to its next step."""

    phase: Phase
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptMade:
    """The rows were checked and may be trained on."""

    receipt: MaskReceipt


@dataclass(frozen=True, slots=True)
class PackingMade:
    """The rows were laid into forward passes."""

    receipt: PackingReceipt


@dataclass(frozen=True, slots=True)
class Equipped:
    """The engine has looked at what it runs on, before the first step."""

    equipment: Equipment


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """One optimizer step; step counts within the job, of total.

    loss is the mean of the step in nats per trained token, tokens counts those of the step without
    padding, seconds is its wall time.
    """

    step: int
    total: int
    campaign_step: int
    loss: float
    learning_rate: float
    grad_norm: float
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The held-out rows were measured: mean nats per trained token."""

    campaign_step: int
    loss: float
    rows: int


@dataclass(frozen=True, slots=True)
class CheckpointCommitted:
    """A checkpoint is complete on disk."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Warned:
    """Something is wrong that does not stop the job."""

    message: str


@dataclass(frozen=True, slots=True)
class JobDone:
    """The job has its result."""

    result: TrainingResult


@dataclass(frozen=True, slots=True)
class JobBroken:
    """The attempt ended without a result."""

    cause: Cause
    message: str


Report = (
    PhaseBegun
    | ReceiptMade
    | PackingMade
    | Equipped
    | StepDone
    | Evaluated
    | CheckpointCommitted
    | Warned
    | JobDone
    | JobBroken
)

METRIC_NAMES = ("loss", "learning_rate", "grad_norm", "tokens_per_second", "val_loss")


def metrics_of(report: Report) -> tuple[int, Mapping[str, float]] | None:
    """Give the campaign's step and the numbers of a report that has some."""
    match report:
        case StepDone():
            numbers = {
                "loss": report.loss,
                "learning_rate": report.learning_rate,
                "grad_norm": report.grad_norm,
            }
            if report.seconds > 0:
                numbers["tokens_per_second"] = report.tokens / report.seconds
            return report.campaign_step, numbers
        case Evaluated(campaign_step=step, loss=loss):
            return step, {"val_loss": loss}
        case _:
            return None
