"""guild train: teach the hero what waits in the queue."""

import click

from application.use_cases.run_next_job import RunNextJob
from domain.errors import ExitStatus
from domain.job import Completed, Job
from domain.job_record import to_dict
from entrypoints.cli.app import App
from entrypoints.cli.endings import exit_of, job_facts, why_idle
from entrypoints.cli.interrupts import Interrupts
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.queue import take_in
from entrypoints.cli.render import answer
from entrypoints.cli.settings_options import setting_options
from entrypoints.cli.train_all import all_
from entrypoints.cli.train_file import file_
from entrypoints.cli.train_verify import verify_resume


@click.group(cls=GuildGroup)
def train() -> None:
    """Teach the hero what waits in the queue, or one file: next, all, file, verify-resume."""


train.add_command(all_)
train.add_command(file_)
train.add_command(verify_resume)


@train.command("next")
@click.option("--exit-code", is_flag=True, help="Exit 10 if nothing waits.")
@setting_options
@click.pass_context
def next_(context: click.Context, assignments: tuple[str, ...], *, exit_code: bool) -> None:
    """Train the next job of the active campaign, then leave.

    Settings given here are those of this job alone; a job that goes on keeps its own.

    Ctrl-C, SIGTERM or SIGHUP stop it after the running pass, or the running save: the job goes back
    with its progress, and the exit status is 130 or 143. A second one leaves at once, and the job
    goes on from its last checkpoint. SIGUSR1 saves a checkpoint after the running step.

    \b
    Example:  guild train next --max-steps 200
    JSON:     job
    """
    app = context.ensure_object(App)
    take_in(app)
    run_next_job: RunNextJob[object] = app.writing.run_next_job()
    with Interrupts(app.writing.processes()) as interrupts:
        job = run_next_job.execute(assignments, control=interrupts.control)
    if job is None:
        facts = {"queue": why_idle(app.writing.queries().queue())}
        answer(app, "guild.train.next/1", {"job": None}, facts=facts)
        idle = ExitStatus.NOTHING_TO_DO if exit_code else ExitStatus.DONE
        context.exit(interrupts.exit_status if interrupts.received else idle)
    answer(
        app, "guild.train.next/1", {"job": to_dict(job)}, facts=job_facts(job), footer=_next(job)
    )
    ended = exit_of(app.writing.queries(), job)
    context.exit(interrupts.exit_status if interrupts.received else ended)


def _next(job: Job) -> str:
    done = isinstance(job.state, Completed)
    return "next: guild preview run" if done else f"look: guild job events {job.ref}"
