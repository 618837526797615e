"""How a job ended, or why none was begun, for people and for shells."""

from collections.abc import Sequence

from application.queries import Queries
from domain.errors import ExitStatus
from domain.job import Completed, Failed, Job, Queued
from domain.job_events import JobReleased, JobSkipped
from domain.result import Cause, Ending, TrainingResult
from domain.text import printable
from entrypoints.cli.render import Cell

_ENDED = {
    Ending.ALL_ROWS: "all rows seen",
    Ending.MAX_STEPS: "max_steps reached",
    Ending.EARLY_STOPPED: "early: early_stopping_patience was over",
}


def exit_of(queries: Queries, job: Job) -> ExitStatus:
    """Give the exit status that tells how a job ended."""
    if isinstance(job.state, Completed):
        return ExitStatus.DONE
    _, history = queries.events_of(job.id)
    match history[-1].event:
        case JobReleased(cause=Cause.DISK_FULL):
            return ExitStatus.TRY_AGAIN
        case JobReleased() | JobSkipped():
            return ExitStatus.DONE  # as somebody wanted it; a signal has a status of its own
        case _:
            return ExitStatus.JOB_ENDED_BADLY


def result_facts(result: TrainingResult, attempts: int = 1) -> dict[str, Cell]:
    """Give a result for people; its time is that of the last of so many attempts."""
    alone = " in the last attempt" if attempts > 1 else ""
    steps = result.final_step - result.start_step
    facts: dict[str, Cell] = {
        "ended": _ENDED[result.ending],
        "steps": f"{steps} ({result.start_step} to {result.final_step} of the campaign)",
        "loss": result.final_loss,
        "validation loss": " to ".join(
            map(_number, (result.initial_val_loss, result.final_val_loss))
        ),
        "trained": f"{result.rows} rows, {result.tokens} tokens",
        "time": f"{result.seconds:.1f} s{alone}",
        "checkpoint": result.checkpoint.name,
    }
    if result.best_step is not None:
        facts["best"] = f"step {result.best_step}, validation loss {_number(result.best_val_loss)}"
    return facts


def job_facts(job: Job) -> dict[str, Cell]:
    """Give a job that has ended, or went back, for people."""
    facts: dict[str, Cell] = {"job": f"{job.ref}  {job.dataset.title}", "status": job.status.value}
    match job.state:
        case Completed(result=result):
            return {**facts, **result_facts(result, job.attempts)}
        case Failed(cause=cause, message=message):
            return {**facts, "cause": cause.value, "message": message}
        case _:
            kept = job.checkpoints[-1].name if job.checkpoints else "none yet"
            return {**facts, "last checkpoint": kept, "last error": job.last_error or None}


def why_idle(waiting: Sequence[Job]) -> str:
    """Say why there is no job to begin, and until when."""
    later = [
        f"{job.ref} waits until {job.state.not_before:%H:%M:%S} UTC, after: {job.last_error}"
        for job in waiting
        if isinstance(job.state, Queued) and job.state.not_before
    ]
    return printable("; ".join(later)) or "nothing waits in the active campaign"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4f}"
