"""guild train: teach the hero what waits in the queue."""

import click

from application.use_cases.run_next_job import RunNextJob
from domain.errors import ExitStatus
from domain.job import Completed, Failed, Job
from domain.job_events import JobReleased
from domain.job_record import to_dict
from domain.result import Cause, TrainingResult
from entrypoints.cli.app import App
from entrypoints.cli.interrupts import Interrupts
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.queue import take_in
from entrypoints.cli.render import Cell, answer
from entrypoints.cli.settings_options import setting_options


@click.group(cls=GuildGroup)
def train() -> None:
    """Teach the hero what waits in the queue: next."""


@train.command("next")
@click.option("--exit-code", is_flag=True, help="Exit 10 if nothing waits.")
@setting_options
@click.pass_context
def next_(context: click.Context, assignments: tuple[str, ...], *, exit_code: bool) -> None:
    """Train the next job of the active campaign, then leave.

    Settings given here are those of this job alone; a job that goes on keeps its own.

    \b
    Example:  guild train next --max-steps 200
    JSON:     job
    """
    app = context.ensure_object(App)
    take_in(app)
    run_next_job: RunNextJob[object] = app.writing.run_next_job()
    with Interrupts() as interrupts:
        job = run_next_job.execute(assignments, control=interrupts.control)
    if job is None:
        answer(app, "guild.train.next/1", {"job": None}, facts={"queue": "nothing waits"})
        context.exit(ExitStatus.NOTHING_TO_DO if exit_code else ExitStatus.DONE)
    answer(app, "guild.train.next/1", {"job": to_dict(job)}, facts=_facts(job), footer=_next(job))
    context.exit(interrupts.exit_status if interrupts.received else exit_of(app, job))


def exit_of(app: App, job: Job) -> ExitStatus:
    """Give the exit status that tells how a job ended."""
    if isinstance(job.state, Completed):
        return ExitStatus.DONE
    _, history = app.writing.queries().events_of(job.id)
    last = history[-1].event
    if isinstance(last, JobReleased) and last.cause is Cause.DISK_FULL:
        return ExitStatus.TRY_AGAIN
    return ExitStatus.JOB_ENDED_BADLY


def result_facts(result: TrainingResult) -> dict[str, Cell]:
    """Give a result for people."""
    steps = result.final_step - result.start_step
    return {
        "ended": {"all_rows": "all rows seen", "max_steps": "max_steps reached"}[result.ending],
        "steps": f"{steps} ({result.start_step} to {result.final_step} of the campaign)",
        "loss": result.final_loss,
        "validation loss": " to ".join(
            map(_number, (result.initial_val_loss, result.final_val_loss))
        ),
        "trained": f"{result.rows} rows, {result.tokens} tokens in {result.seconds:.1f} s",
        "checkpoint": result.checkpoint.name,
    }


def _facts(job: Job) -> dict[str, Cell]:
    facts: dict[str, Cell] = {"job": f"{job.ref}  {job.dataset.name}", "status": job.status.value}
    match job.state:
        case Completed(result=result):
            return {**facts, **result_facts(result)}
        case Failed(cause=cause, message=message):
            return {**facts, "cause": cause.value, "message": message}
        case _:
            kept = job.checkpoints[-1].name if job.checkpoints else "none yet"
            return {**facts, "last checkpoint": kept, "last error": job.last_error or None}


def _next(job: Job) -> str:
    done = isinstance(job.state, Completed)
    return "next: guild preview run" if done else f"look: guild job events {job.ref}"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4f}"
