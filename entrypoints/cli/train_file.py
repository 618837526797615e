"""guild train file: one file into one model folder, in a hall that is thrown away."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.job import Completed, Job
from domain.job_record import to_dict
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.endings import exit_of, job_facts
from entrypoints.cli.interrupts import Interrupts
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import answer
from entrypoints.cli.settings_options import setting_options
from entrypoints.cli.throwaway import furnish, hero_file, make_hall

if TYPE_CHECKING:
    from entrypoints.container import Container


class OutputTakenError(GuildError):
    """There is something already where the model should go."""

    code = ErrorCode.NAME_TAKEN
    exit_status = ExitStatus.HELD

    def __init__(self, where: Path) -> None:
        super().__init__(
            f"{where} is there already and not an empty folder",
            fix=("name another folder with --output",),
        )


@click.command("file", cls=GuildCommand)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--hero",
    required=True,
    metavar="ID_OR_FILE",
    help="Who is taught: a hero of guild, of the hall around here, or of a YAML file.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the model goes: a new or empty folder.",
)
@setting_options
@click.pass_context
def file_(
    context: click.Context, file: Path, hero: str, output: Path, assignments: tuple[str, ...]
) -> None:
    """Train a hero on FILE, without a hall, and leave a plain model folder in DIR.

    The hall that it needs on the way is removed; it stays where the training does not end well.
    A hall in which you are, or which you name, lends its heroes and is not changed.

    \b
    Example:  guild train file july.jsonl --hero tiny-qwen3 --output july-model
    JSON:     job, model, hall
    """
    app, place = context.ensure_object(App), output.resolve()
    _require_free(place)
    own = hero_file(app, hero)
    hall = make_hall(place.parent, place.name)
    container, queued = _prepare(app, hall, file, own or hero, assignments)
    try:
        with Interrupts() as interrupts:
            container.run_next_job().execute(assignments, control=interrupts.control)
        job: Job = container.jobs().get(queued.id)
        _leave(container, job, place)
    except BaseException:
        _keep(hall)
        raise
    kept = _put_away(hall, job)
    _show(app, job, place, kept)
    ended = exit_of(container.queries(), job)
    context.exit(interrupts.exit_status if interrupts.received else ended)


def _require_free(place: Path) -> None:
    if place.is_dir() and not any(place.iterdir()):
        return
    if place.exists():
        raise OutputTakenError(place)


def _prepare(
    app: App, hall: Path, file: Path, hero: Path | str, assignments: tuple[str, ...]
) -> "tuple[Container, Job]":
    """Refuse early what cannot be trained; then nothing is left behind."""
    try:
        container, queued = furnish(app, hall, file, hero, assignments)
        container.run_job().check(container.heroes().get(queued.hero_id), None)
    except BaseException:
        shutil.rmtree(hall)
        raise
    return container, queued


def _leave(container: "Container", job: Job, place: Path) -> None:
    from entrypoints import factories

    if not isinstance(job.state, Completed):
        return
    _require_free(place)
    checkpoint = container.checkpoints().locate(job.state.result.checkpoint)
    factories.leave_model(Path(checkpoint), place)


def _put_away(hall: Path, job: Job) -> Path | None:
    """Remove the hall of a job that is done; give the one that is kept."""
    if isinstance(job.state, Completed):
        shutil.rmtree(hall)
        return None
    _keep(hall)
    return hall


def _keep(hall: Path) -> None:
    click.echo(
        f"kept: {printable(str(hall))}, see guild -C {printable(str(hall))} job list", err=True
    )


def _show(app: App, job: Job, place: Path, kept: Path | None) -> None:
    model, facts = (None if kept else str(place)), job_facts(job)
    if model:
        del facts["checkpoint"]  # it went with the hall
    answer(
        app,
        "guild.train.file/1",
        {"job": to_dict(job), "model": model, "hall": str(kept) if kept else None},
        facts={**facts, "model": model},
    )
