"""guild hero: who can be trained."""

import click

from domain.hero import Hero
from entrypoints.cli.app import App
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.render import answer


@click.group(cls=GuildGroup)
def hero() -> None:
    """Who can be trained: list, show."""


@hero.command("list")
@click.pass_obj
def list_(app: App) -> None:
    """List the heroes that can be trained.

    \b
    Example:  guild hero list
    JSON:     heroes[]
    """
    heroes = app.reading.heroes().find()
    answer(
        app,
        "guild.hero.list/1",
        {"heroes": [_document(each) for each in heroes]},
        columns=("HERO", "MODEL", "ARCHITECTURE", "PARAMETERS", "CONTEXT"),
        rows=[
            (
                each.id,
                each.model.name,
                each.model.architecture,
                each.model.parameters,
                each.model.context_length,
            )
            for each in heroes
        ],
        footer="next: guild campaign create NAME --hero ID",
    )


@hero.command()
@click.argument("hero_id", metavar="ID")
@click.pass_obj
def show(app: App, hero_id: str) -> None:
    """Show hero ID: model, lock, chat format and defaults.

    \b
    Example:  guild hero show tiny-qwen3
    JSON:     hero
    """
    found = app.reading.heroes().get(hero_id)
    model = found.model
    answer(
        app,
        "guild.hero.show/1",
        {"hero": _document(found)},
        facts={
            "hero": found.id,
            "name": found.name,
            "description": found.description,
            "model": f"{model.name} ({model.source})",
            "architecture": model.architecture,
            "vocabulary": model.vocab_size,
            "context": model.context_length,
            "parameters": model.parameters,
            "chat": found.chat_template.value,
            **found.training_defaults,
            **{f"display.{key}": value for key, value in found.display.items()},
            "file": found.origin,
            "notes": found.notes.strip() or None,
        },
    )


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
        "file": hero.origin,
    }
