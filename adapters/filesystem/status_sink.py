"""How the running job goes, for other programs, in status/training_status.json."""

import json
import math
import os
from pathlib import Path

from adapters.filesystem.atomic import private_folder, write_atomically
from application.ports.clock import Clock
from application.ports.status_sink import StatusSink
from domain.job import Job
from domain.reports import (
    CheckpointCommitted,
    Equipped,
    Evaluated,
    JobBroken,
    JobDone,
    PackingMade,
    PhaseBegun,
    ReceiptMade,
    Report,
    StepDone,
    Warned,
)
from domain.result import RELEASING
from domain.settings.layers import with_values
from domain.settings.settings import Settings

_Fact = str | int | float | None
_NOTHING_YET: dict[str, _Fact] = {
    "status": "training",
    "phase": None,
    "current_step": None,
    "total_steps": None,
    "campaign_step": None,
    "loss": None,
    "learning_rate": None,
    "grad_norm": None,
    "tokens_per_sec": None,
    "eta_seconds": None,
    "validation_loss": None,
    "validation_step": None,
    "checkpoint": None,
    "checkpoint_step": None,
    "warning": None,
    "error_type": None,
    "error_message": None,
}


class FilesystemStatusSink(StatusSink):
    """Writes the latest of everything; what was never measured is null.

    Numbers are written at most once in the interval that the job's settings say, a new phase and
    an end at once.
    """

    def __init__(self, hall: Path, clock: Clock) -> None:
        self._file = hall / "status" / "training_status.json"
        self._clock = clock
        self._interval = 0.0
        self._written = -math.inf
        self._attempt = ("", 0)
        self._facts = dict(_NOTHING_YET)
        self._steps, self._seconds = 0, 0.0

    def tell(self, job: Job, report: Report) -> None:
        """Bring the file up to date."""
        if (job.id, job.attempts) != self._attempt:
            self._begin(job)
        self._facts.update(self._told(report))
        due = self._clock.monotonic() - self._written >= self._interval
        if due or isinstance(report, PhaseBegun | JobDone | JobBroken):
            self._write()

    def _begin(self, job: Job) -> None:
        self._attempt = (job.id, job.attempts)
        settings = with_values(Settings(), job.settings)
        self._interval = settings.monitoring.status_update_interval
        self._steps, self._seconds = 0, 0.0
        whose = {
            "job": job.id,
            "campaign": job.campaign_id,
            "hero": job.hero_id,
            "current_file": job.dataset.name,
        }
        self._facts = {**_NOTHING_YET, **whose}

    def _told(self, report: Report) -> dict[str, _Fact]:
        match report:
            case PhaseBegun(phase=phase):
                return {"status": "training", "phase": phase.value}
            case StepDone():
                return self._step(report)
            case Evaluated(campaign_step=step, loss=loss):
                return {"validation_loss": loss, "validation_step": step}
            case CheckpointCommitted(checkpoint=checkpoint):
                return {"checkpoint": checkpoint.name, "checkpoint_step": checkpoint.step}
            case Warned(message=message):
                return {"warning": message}
            case ReceiptMade() | PackingMade() | Equipped():
                return {}
            case JobDone():
                return {"status": "completed", "phase": None, "eta_seconds": None}
            case JobBroken(cause=cause, message=message):
                status = "idle" if cause in RELEASING else "crashed"
                ended = {"status": status, "phase": None, "eta_seconds": None}
                return {**ended, "error_type": cause.value, "error_message": message}

    def _step(self, done: StepDone) -> dict[str, _Fact]:
        self._steps += 1
        self._seconds += done.seconds
        return {
            "current_step": done.step,
            "total_steps": done.total,
            "campaign_step": done.campaign_step,
            "loss": done.loss,
            "learning_rate": done.learning_rate,
            "grad_norm": done.grad_norm,
            "tokens_per_sec": done.tokens / done.seconds if done.seconds > 0 else None,
            "eta_seconds": (done.total - done.step) * self._seconds / self._steps,
        }

    def _write(self) -> None:
        self._written = self._clock.monotonic()
        facts = {
            "schema": "guild.training_status/1",
            **self._facts,
            "timestamp": self._clock.now().isoformat(),
            "pid": os.getpid(),
        }
        known = {key: _finite(fact) for key, fact in facts.items()}
        private_folder(self._file.parent)
        text = json.dumps(known, allow_nan=False, indent=1)
        write_atomically(self._file, text + "\n", durable=False)


def _finite(fact: _Fact) -> _Fact:
    return None if isinstance(fact, float) and not math.isfinite(fact) else fact
