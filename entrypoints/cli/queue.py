"""guild queue: what waits to be trained."""

from pathlib import Path

import click

from application.use_cases.queue_dataset import QueueRequest
from application.use_cases.take_in_arrivals import Refusal
from domain.dataset import Priority
from domain.errors import GuildError
from domain.job import Job
from domain.job_record import to_dict
from entrypoints.cli.app import App
from entrypoints.cli.errors import show_error
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.render import answer, clean

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

    \b
    Example:  guild queue add data/july.jsonl --priority high
    JSON:     jobs[]
    """
    app = context.ensure_object(App)
    jobs = take_in(app)
    refused: list[GuildError] = []
    for file in files:
        request = QueueRequest(
            location=str(file.absolute()),
            name=clean(file.name),
            priority=priority,
            campaign=campaign,
            again=again,
        )
        try:
            jobs.append(app.writing.queue_dataset().execute(request))
        except GuildError as error:
            show_error(error, as_json=app.json, about=str(file))
            refused.append(error)
    if jobs:
        show_jobs(app, "guild.queue.add/1", jobs, footer="next: guild train next")
    if refused:
        context.exit(max(error.exit_status for error in refused))


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
    """Take in what lies in the queue folders, and say what was set aside."""
    taken = []
    for outcome in app.writing.take_in_arrivals().execute():
        if isinstance(outcome, Refusal):
            click.echo(
                f"warning: {clean(outcome.name)} set aside: {clean(outcome.reason)}", err=True
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
                job.dataset.name,
            )
            for job in jobs
        ],
        footer=footer,
    )
