"""guild train file: one file into one model folder, in a hall that is thrown away."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from application.ports.hall import HallMissingError
from application.use_cases.create_campaign import CampaignRequest
from application.use_cases.queue_dataset import QueueRequest
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.job import Completed, Job
from domain.job_record import to_dict
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.endings import exit_of, job_facts
from entrypoints.cli.interrupts import Interrupts
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.references import named
from entrypoints.cli.render import answer
from entrypoints.cli.settings_options import setting_options

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
    own = _file_of(app, hero)
    hall = _new_hall(place)
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


def _file_of(app: App, name: str) -> Path | None:
    """Find the file of a hero, None where guild ships it or nobody knows it."""
    from entrypoints import factories

    if name.endswith(".yaml"):
        return Path(factories.hero_of(Path(name).absolute()).origin)
    try:
        found = app.reading.heroes().get(name)
    except HallMissingError:
        if app.home or os.environ.get("GUILD_HOME"):
            raise
        return None
    return Path(found.origin) if found.own else None


def _new_hall(place: Path) -> Path:
    """Make a hall on the disk on which the model will lie: it takes several times the room."""
    from entrypoints import factories

    place.parent.mkdir(parents=True, exist_ok=True)
    hall = Path(tempfile.mkdtemp(prefix=f".{place.name}-hall-", dir=place.parent))
    factories.create_hall(hall)
    return hall


def _prepare(
    app: App, hall: Path, file: Path, hero: Path | str, assignments: tuple[str, ...]
) -> "tuple[Container, Job]":
    """Refuse early what cannot be trained; then nothing is left behind."""
    try:
        hero_id = _bring(hero, hall)
        container = app.container_for(hall)
        request = CampaignRequest(name="once", hero_id=hero_id, assignments=assignments)
        container.create_campaign().execute(request)
        with named(str(file), hall) as data:
            wish = QueueRequest(location=data.location, name=data.name, selection=data.selection)
            queued = container.queue_dataset().execute(wish)
        container.run_job().check(container.heroes().get(hero_id), None)
    except BaseException:
        shutil.rmtree(hall)
        raise
    return container, queued


def _bring(hero: Path | str, hall: Path) -> str:
    """Lay a copy of a hero's file into the hall, which may be kept; give the hero's id."""
    if isinstance(hero, str):
        return hero
    shutil.copyfile(hero, hall / "heroes" / hero.name)
    return hero.stem


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
