"""guild hero: who can be trained."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.errors import ExitStatus, GuildError
from domain.hero import Hero, Source
from entrypoints.cli.app import App
from entrypoints.cli.errors import show_error
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.render import Cell, answer

if TYPE_CHECKING:
    from application.use_cases.check_hero import HeroCheck


@click.group(cls=GuildGroup)
def hero() -> None:
    """Who can be trained: list, show, add, check."""


@hero.command("list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the heroes that can be trained.

    Exits with 9 if the file of one cannot be read; the others are listed.

    \b
    Example:  guild hero list
    JSON:     heroes[]
    """
    app = context.ensure_object(App)
    heroes, broken = _readable(app)
    answer(
        app,
        "guild.hero.list/1",
        {"heroes": [_document(each) for each in heroes]},
        columns=("HERO", "MODEL", "ARCHITECTURE", "PARAMETERS", "CONTEXT", "FROM"),
        rows=[
            (
                each.id,
                each.model.name,
                each.model.architecture,
                each.model.parameters,
                each.model.context_length,
                _from(each),
            )
            for each in heroes
        ],
        footer="next: guild campaign create NAME --hero ID",
    )
    for error in broken:
        show_error(error, as_json=app.json)
    if broken:
        context.exit(ExitStatus.UNHEALTHY)


def _readable(app: App) -> tuple[list[Hero], list[GuildError]]:
    catalog = app.reading.heroes()
    heroes, broken = list[Hero](), list[GuildError]()
    for hero_id in catalog.ids():
        try:
            heroes.append(catalog.get(hero_id))
        except GuildError as error:
            broken.append(error)
    return heroes, broken


@hero.command()
@click.argument("hero_id", metavar="ID")
@click.pass_obj
def show(app: App, hero_id: str) -> None:
    """Show hero ID: model, lock, chat format, defaults, and its campaigns in this hall.

    \b
    Example:  guild hero show tiny-qwen3
    JSON:     hero, campaigns[]{id, name, current_step, active}
    """
    found = app.reading.heroes().get(hero_id)
    queries = app.reading.queries()
    active = queries.active_campaign()
    campaigns = [
        (each.id, each.name, each.step, bool(active and each.id == active.id))
        for each in queries.campaigns.find()
        if each.hero_id == hero_id and not each.archived
    ]
    names = ("id", "name", "current_step", "active")
    answer(
        app,
        "guild.hero.show/1",
        {
            "hero": _document(found),
            "campaigns": [dict(zip(names, each, strict=True)) for each in campaigns],
        },
        facts=_facts(found),
        columns=("CAMPAIGN", "NAME", "STEP", "ACTIVE") if campaigns else (),
        rows=campaigns,
    )


@hero.command()
@click.argument("hero_id", metavar="ID")
@click.option("--model", required=True, metavar="PATH_OR_REPO", help="Folder, GGUF or Hub model.")
@click.option("--name", default="", metavar="TEXT", help="What people call it.")
@click.option("--dry-run", is_flag=True, help="Show the hero, write nothing.")
@click.pass_obj
def add(app: App, hero_id: str, model: str, name: str, *, dry_run: bool) -> None:
    """Add hero ID, described by its model's own files.

    \b
    Example:  guild hero add scribe --model models/scribe
    JSON:     hero, written
    """
    source, place = _origin(model)
    found = app.writing.add_hero().execute(hero_id, source, place, name=name, dry_run=dry_run)
    answer(
        app,
        "guild.hero.add/1",
        {"hero": _document(found), "written": not dry_run},
        facts={**_facts(found), "written": "no, this was a dry run" if dry_run else "yes"},
        footer="" if dry_run else f"next: guild campaign create NAME --hero {hero_id}",
    )


@hero.command()
@click.argument("hero_id", metavar="[ID]", required=False)
@click.option("--fix", is_flag=True, help="Correct the hall's own files.")
@click.pass_context
def check(context: click.Context, hero_id: str | None, *, fix: bool) -> None:
    """Compare hero ID, or all, with file format and model.

    \b
    Example:  guild hero check --fix
    JSON:     heroes[]{id, sound, problem, differences[], corrected, unread}
    """
    app = context.ensure_object(App)
    checks = app.writing.check_hero().execute(hero_id, fix=fix)
    answer(
        app,
        "guild.hero.check/1",
        {"heroes": [_check_document(each) for each in checks]},
        columns=("HERO", "FOUND"),
        rows=[(each.hero_id, line) for each in checks for line in _check_lines(each)],
        footer="" if fix else "guild hero check --fix corrects the files of this hall",
    )
    if not all(each.is_sound for each in checks):
        context.exit(ExitStatus.UNHEALTHY)


def _origin(model: str) -> tuple[Source, str]:
    """Tell folders and files, which are found again from anywhere, from a model of the Hub."""
    path = Path(model).expanduser()
    if path.is_file() or path.suffix.lower() == ".gguf":
        return Source.GGUF, str(path.parent.resolve() / path.name)
    is_folder = path.is_dir() or model.startswith(("/", ".", "~")) or model.count("/") > 1
    return (Source.FOLDER, str(path.resolve())) if is_folder else (Source.HUB, model)


def _from(hero: Hero) -> str:
    return "hall" if hero.own else "shipped"


def _facts(hero: Hero) -> dict[str, Cell]:
    model = hero.model
    return {
        "hero": hero.id,
        "name": hero.name,
        "description": hero.description,
        "from": _from(hero),
        "model": f"{model.name} ({model.source})",
        **({"weights": model.file, "sha256": model.sha256} if model.file else {}),
        "family": model.family,
        "architecture": model.architecture,
        "vocabulary": model.vocab_size,
        "context": model.context_length,
        "parameters": model.parameters,
        "chat": hero.chat_template.value,
        **hero.training_defaults,
        **{f"display.{key}": value for key, value in hero.display.items()},
        "file": hero.origin or None,
        "notes": hero.notes.strip() or None,
    }


def _check_lines(check: "HeroCheck") -> list[str]:
    if check.problem:
        return [check.problem]
    if check.unread:
        return [f"file in order; not compared with its model: {check.unread}"]
    end = ", corrected" if check.corrected else ""
    return [
        f"{each.key}: the hero says {each.written}, the model {each.found}{end}"
        for each in check.differences
    ] or ["in order"]


def _check_document(check: "HeroCheck") -> dict[str, object]:
    return {
        "id": check.hero_id,
        "sound": check.is_sound,
        "problem": check.problem or None,
        "differences": check.differences,
        "corrected": check.corrected,
        "unread": check.unread or None,
    }


def _document(hero: Hero) -> dict[str, object]:
    return {
        "id": hero.id,
        "name": hero.name,
        "description": hero.description,
        "model": hero.model,
        "locked": hero.locked_architecture,
        "chat_template": hero.chat_template.value,
        "training_defaults": dict(hero.training_defaults),
        "display": dict(hero.display),
        "notes": hero.notes,
        "from": _from(hero),
        "file": hero.origin,
    }
