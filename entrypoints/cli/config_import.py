"""guild config import: a predecessor's settings."""

from pathlib import Path

import click

from entrypoints.cli.app import App
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import answer
from entrypoints.cli.translation_view import (
    COLUMNS,
    translation_document,
    translation_rows,
    yaml_block,
)


@click.command("import", cls=GuildCommand)
@click.argument("file")
@click.option("--write", is_flag=True, help="Put what was taken into guild.yaml.")
@click.pass_obj
def import_(app: App, file: str, *, write: bool) -> None:
    """Translate FILE, a predecessor's config.json; list what was taken, and what not and why.

    \b
    Example:  guild config import ~/training/config.json
    JSON:     taken[], left[], yaml, difference
    """
    container = app.writing if write else app.reading
    imported = container.import_settings().execute(file, write=write)
    found, difference = imported.translation, imported.difference
    block = yaml_block(found)
    answer(
        app,
        "guild.config.import/1",
        {**translation_document(found), "yaml": block, "difference": difference},
        columns=COLUMNS,
        rows=translation_rows(found),
        footer="written to guild.yaml" if write else "nothing was written: add --write",
    )
    shown = difference if write else block
    if shown and not app.json:
        click.echo(f"\n{shown}", nl=False)
    if write and Path(file).expanduser().resolve() == app.hall / "config.json":
        click.echo(
            f"warning: guild.yaml and {file} side by side are refused: move it away", err=True
        )
