"""guild train all: job after job in one process, until nothing waits."""

from collections import Counter
from collections.abc import Iterator

import click

from application.going_on import reason_to_stop
from application.use_cases.run_next_job import RunNextJob
from domain.errors import ExitStatus
from domain.job import Completed, Job
from domain.job_record import to_dict
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.endings import exit_of, job_facts, why_idle
from entrypoints.cli.interrupts import Interrupts
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.overrides import warn_of_overrides
from entrypoints.cli.queue import arrivals
from entrypoints.cli.render import answer, show_facts
from entrypoints.cli.settings_options import setting_options


class _Shift:
    """The jobs of one process in their order; ended says why no further one was begun."""

    def __init__(self, app: App, assignments: tuple[str, ...]) -> None:
        self._app, self._assignments = app, assignments
        self.jobs: list[Job] = []
        self.statuses: list[ExitStatus] = [ExitStatus.DONE]
        self.ended = ""

    def work(self, most: int | None) -> Iterator[Job]:
        """Train job after job, and give each as it ended."""
        while not self.ended:
            arrivals(self._app)
            with Interrupts(self._app.writing.processes()) as interrupts:
                job = self._engine().execute(self._assignments, control=interrupts.control)
            if interrupts.received:
                self.statuses.append(interrupts.exit_status)
            if job is None:
                self.ended = why_idle(self._app.writing.queries().queue())
                continue
            self.jobs.append(job)
            self.statuses.append(exit_of(self._app.writing.queries(), job))
            if interrupts.received:
                self.ended = "somebody asked to stop"
            elif len(self.jobs) == most:
                self.ended = f"--max-jobs {most}"
            else:
                self.ended = reason_to_stop(job)
            yield job

    def _engine(self) -> RunNextJob[object]:
        """Give an engine that tells everybody, also a watcher that failed at the job before."""
        self._app.writing.sink.reset()
        engine: RunNextJob[object] = self._app.writing.run_next_job()
        return engine


@click.command("all", cls=GuildCommand)
@click.option(
    "--max-jobs", type=click.IntRange(min=1), metavar="N", help="Leave after so many jobs."
)
@click.option("--exit-code", is_flag=True, help="Exit 10 if nothing waits.")
@setting_options
@click.pass_context
def all_(
    context: click.Context, assignments: tuple[str, ...], *, max_jobs: int | None, exit_code: bool
) -> None:
    """Train job after job of the active campaign in one process, until nothing waits.

    As train next, again and again, but what takes seconds to load is loaded once. What arrives in
    the queue folders meanwhile is taken in before each job. Jobs that wait for a time are not
    waited for.

    A job that fails does not stop the next, unless that would fail alike: for the settings, the
    head or the architecture. A full disk ends the run, and so does the signal that stops a job, as
    for train next. The exit status is that of the worst job, or of the signal.

    \b
    Example:  guild train all --max-jobs 5
    JSON:     jobs[], ended
    """
    app = context.ensure_object(App)
    warn_of_overrides(app.writing, app.writing.queries().active_campaign())
    shift = _Shift(app, assignments)
    try:
        for job in shift.work(max_jobs):
            _show(app, job, goes_on=not shift.ended)
    finally:
        # Also where a refusal or a fault ends the run: what was trained before is trained.
        if shift.jobs or shift.ended:
            _sum_up(app, shift)
    idle = exit_code and not shift.jobs
    context.exit(max(*shift.statuses, ExitStatus.NOTHING_TO_DO if idle else ExitStatus.DONE))


def _show(app: App, job: Job, *, goes_on: bool) -> None:
    if not app.json:
        show_facts(app, job_facts(job))
        if app.on_terminal:
            click.echo()
    if goes_on and not isinstance(job.state, Completed):
        click.echo(f"{printable(job.ref)} is {job.status}: on with the next", err=True)


def _sum_up(app: App, shift: _Shift) -> None:
    document = {"jobs": [to_dict(job) for job in shift.jobs], "ended": shift.ended or None}
    counted = Counter(job.status.value for job in shift.jobs)
    trained = ", ".join(f"{number} {status}" for status, number in counted.items())
    facts = {"jobs": trained or "none", "ended": shift.ended or "early"}
    answer(app, "guild.train.all/1", document, facts=facts)
