"""guild queue: what waits to be trained."""

from pathlib import Path

import click

from application.use_cases.queue_dataset import QueueRequest
from application.use_cases.take_in_arrivals import Refusal
from domain.dataset import Priority
from domain.errors import GuildError
from domain.job import Job
from domain.job_record import to_dict
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.errors import show_error
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.overrides import warn_of_overrides
from entrypoints.cli.references import named
from entrypoints.cli.render import answer

_COLUMNS = ("ID", "PRIORITY", "STATE", "ROWS", "ADDED", "CAMPAIGN", "FILE")


@click.group(cls=GuildGroup)
def queue() -> None:
    """What waits to be trained: add, list, retry."""


@queue.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--priority",
    type=click.Choice(Priority, case_sensitive=False),
    default=Priority.NORMAL,
    help="Who goes first.",
)
@click.option("--campaign", metavar="REF", help="For whom; the active campaign if not named.")
@click.option("--again", is_flag=True, help="Also what this campaign has trained on before.")
@click.pass_context
def add(
    context: click.Context,
    files: tuple[Path, ...],
    priority: Priority,
    campaign: str | None,
    *,
    again: bool,
) -> None:
    """Check each FILE and queue it; also take in what lies in the queue folders.

    FILE[0:100] means the first hundred rows, FILE#500 a sample of them, hub:OWNER/NAME:SPLIT a data
    set of the Hub, DIR:SPLIT one that was saved to a folder.

    \b
    Example:  guild queue add data/july.jsonl --priority high
              guild queue add hub:openai/gsm8k/main:train[0:1000]
    JSON:     jobs[]
    """
    app = context.ensure_object(App)
    jobs = take_in(app)
    refused: list[GuildError] = []
    for file in files:
        try:
            jobs.append(_add(app, str(file), priority, campaign, again=again))
        except GuildError as error:
            show_error(error, as_json=app.json, about=str(file))
            refused.append(error)
    if jobs:
        show_jobs(app, "guild.queue.add/1", jobs, footer="next: guild train next")
    if refused:
        context.exit(max(error.exit_status for error in refused))


def _add(app: App, text: str, priority: Priority, campaign: str | None, *, again: bool) -> Job:
    with named(text, app.hall) as dataset:
        request = QueueRequest(
            location=dataset.location,
            name=dataset.name,
            selection=dataset.selection,
            priority=priority,
            campaign=campaign,
            again=again,
        )
        job: Job = app.writing.queue_dataset().execute(request)
    if shortfall := dataset.shortfall(job.dataset.rows):
        click.echo(f"{printable(text)}: {shortfall}", err=True)
    return job


@queue.command("list")
@click.pass_obj
def list_(app: App) -> None:
    """List what runs and waits, in the order in which it will run.

    \b
    Example:  guild queue list
    JSON:     jobs[]
    """
    queries = app.reading.queries()
    jobs, active = queries.queue(), queries.active_campaign()
    others = sum(active is None or job.campaign_id != active.id for job in jobs)
    if others:
        click.echo(f"{others} of them belong to campaigns that are not active and wait", err=True)
    for stray in app.reading.folders().strays():
        click.echo(f"{stray} is of no kind that guild takes in, and waits for nothing", err=True)
    show_jobs(
        app,
        "guild.queue.list/1",
        jobs,
        footer="next: guild train next" if jobs else "empty: guild queue add FILE",
    )


@queue.command()
@click.argument("references", nargs=-1, required=True, metavar="REF…")
@click.pass_obj
def retry(app: App, references: tuple[str, ...]) -> None:
    """Put failed or skipped jobs back into the queue; each goes on from its last checkpoint.

    \b
    Example:  guild queue retry j4tt90
    JSON:     jobs[]
    """
    retry_job = app.writing.retry_job()
    jobs = [retry_job.execute(reference) for reference in references]
    show_jobs(app, "guild.queue.retry/1", jobs, footer="next: guild train next")


def take_in(app: App) -> list[Job]:
    """Take in what lies in the queue folders, and say what was set aside or does not count."""
    warn_of_overrides(app.writing, app.writing.queries().active_campaign())
    return arrivals(app)


def arrivals(app: App) -> list[Job]:
    """Take in what lies in the queue folders, and say what was set aside."""
    taken = []
    for outcome in app.writing.take_in_arrivals().execute():
        if isinstance(outcome, Refusal):
            click.echo(
                f"warning: {printable(outcome.name)} set aside: {printable(outcome.reason)}",
                err=True,
            )
        else:
            taken.append(outcome)
    return taken


def show_jobs(app: App, schema: str, jobs: list[Job], footer: str = "") -> None:
    """Show jobs, one a line."""
    answer(
        app,
        schema,
        {"jobs": [to_dict(job) for job in jobs]},
        columns=_COLUMNS,
        rows=[
            (
                job.ref,
                job.priority.value,
                job.status.value,
                job.dataset.rows,
                job.created_at,
                job.campaign_id,
                job.dataset.title,
            )
            for job in jobs
        ],
        footer=footer,
    )
