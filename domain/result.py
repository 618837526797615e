"""How a job ended: with what result, or for which cause."""

from dataclasses import dataclass
from enum import StrEnum

from domain.checkpoint import Checkpoint
from domain.errors import ErrorCode, ExitStatus, GuildError


class Ending(StrEnum):
    """Why a trainer stopped without a fault."""

    ALL_ROWS = "all_rows"
    MAX_STEPS = "max_steps"
    EARLY_STOPPED = "early_stopped"
    STOPPED = "stopped"


class Cause(StrEnum):
    """Why a job did not complete."""

    STOPPED_BY_USER = "stopped_by_user"
    PAUSED = "paused"
    DRAINED = "drained"
    LOST_WORKER = "lost_worker"
    STALLED = "stalled"
    DISK_FULL = "disk_full"
    OUT_OF_GPU_MEMORY = "out_of_gpu_memory"
    OUT_OF_HOST_MEMORY = "out_of_host_memory"
    INTERNAL_ERROR = "internal_error"
    DATA_ERROR = "data_error"
    CONFIG_ERROR = "config_error"
    ARCHITECTURE_MISMATCH = "architecture_mismatch"
    UNTRUSTED_CHECKPOINT = "untrusted_checkpoint"
    DIVERGED = "diverged"


RELEASING = frozenset({Cause.STOPPED_BY_USER, Cause.PAUSED, Cause.DRAINED, Cause.DISK_FULL})
LOSING = frozenset({Cause.LOST_WORKER, Cause.STALLED})
OUT_OF_MEMORY = frozenset({Cause.OUT_OF_GPU_MEMORY, Cause.OUT_OF_HOST_MEMORY})
MOST_FAILURES = 3
BACK_OFF_SECONDS = (30, 120, 600)


class TrainingError(GuildError):
    """A job cannot go on; the cause decides what becomes of it."""

    code = ErrorCode.JOB_ENDED
    exit_status = ExitStatus.JOB_ENDED_BADLY

    def __init__(self, cause: Cause, message: str, *, fix: tuple[str, ...] = ()) -> None:
        super().__init__(message, fix=fix)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """What a job did, as the engine measured it.

    Steps count over the campaign, rows are those that the job's steps saw, each time counted.
    tokens are counted so too, without padding; seconds (wall time of the training loop) are of the
    last attempt alone. Losses are mean nats per trained token, None where nothing was measured.
    best_step and best_val_loss are those of the checkpoint where it is a better one on the way,
    not the last: then the campaign goes on from there, and final_step lies beyond it.
    """

    ending: Ending
    start_step: int
    final_step: int
    rows: int
    tokens: int
    seconds: float
    final_loss: float | None
    initial_val_loss: float | None
    final_val_loss: float | None
    checkpoint: Checkpoint
    best_step: int | None = None
    best_val_loss: float | None = None

    @property
    def kept_val_loss(self) -> float | None:
        """Give the validation loss of the checkpoint."""
        return self.final_val_loss if self.best_val_loss is None else self.best_val_loss
