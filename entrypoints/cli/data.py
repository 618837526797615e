"""guild data: what a job would find in a dataset, before it trains."""

from typing import TYPE_CHECKING, Any

import click

from domain.errors import ExitStatus, GuildError
from domain.masking import marked
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.data_view import report_document, show_report
from entrypoints.cli.errors import show_error
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.references import named
from entrypoints.cli.render import answer, show_facts
from entrypoints.cli.settings_options import setting_options
from entrypoints.cli.workplace import Workplace, workplace

if TYPE_CHECKING:
    from application.data_report import DataReport
    from application.use_cases.preview_row import RowView

_hero = click.option(
    "--hero", metavar="ID", help="For whom; the hero of the active campaign if not named."
)


@click.group(cls=GuildGroup)
def data() -> None:
    """What a job would find in a dataset, before it trains: check, preview."""


@data.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@_hero
@setting_options
@click.pass_context
def check(
    context: click.Context, files: tuple[str, ...], hero: str | None, assignments: tuple[str, ...]
) -> None:
    """Check each FILE as a job would before it trains, and show all that is wrong at once.

    Rows are read, rewritten, encoded and measured; weights are not loaded, and nothing is kept.
    Exits with 3 if a job would be refused. With --hero it needs no hall.

    \b
    Example:  guild data check data/july.jsonl --hero tiny-qwen3
              guild data check rows.parquet[0:1000] --set data.bad_rows=drop
    JSON:     checks[]{file, ok, format, rows, bad[], receipt, lengths, packing, refusals[]}
    """
    app = context.ensure_object(App)
    checks: list[tuple[str, DataReport]] = []
    statuses: list[ExitStatus] = []
    with workplace(app, needs_hall=hero is None) as place:
        for file in files:
            try:
                checks.append((file, _checked(place, file, hero, assignments)))
            except GuildError as error:
                show_error(error, as_json=app.json, about=file)
                statuses.append(error.exit_status)
    _show_checks(app, checks)
    statuses += [ExitStatus.REFUSED for _, report in checks if not report.ok]
    context.exit(max(statuses, default=ExitStatus.DONE))


@data.command()
@click.argument("file", metavar="FILE")
@click.option("--row", "number", required=True, type=click.IntRange(min=1), metavar="N",
              help="The row on line N.")  # fmt: skip
@_hero
@setting_options
@click.pass_obj
def preview(
    app: App, file: str, number: int, hero: str | None, assignments: tuple[str, ...]
) -> None:
    """Show a row of FILE as the model would see it, with what is trained of it.

    What is trained is coloured on a terminal, and between ⟦ and ⟧ elsewhere.

    \b
    Example:  guild data preview data/july.jsonl --row 7
    JSON:     row, format, profile, fingerprint, held_out, left_out, lost, parts[]
    """
    from application.use_cases.check_data import DataRequest

    with (
        workplace(app, needs_hall=hero is None) as place,
        named(file, place.folder) as found,
    ):
        request = DataRequest(
            location=found.location,
            selection=found.selection,
            hero=hero,
            assignments=assignments,
        )
        view: RowView = place.container.preview_row().execute(request, number)
    if app.json:
        answer(app, "guild.data.preview/1", _row_document(view))
    else:
        _show_row(app, view)


def _checked(
    place: Workplace, file: str, hero: str | None, assignments: tuple[str, ...]
) -> "DataReport":
    from application.use_cases.check_data import DataRequest

    with named(file, place.folder) as found:
        request = DataRequest(
            location=found.location, selection=found.selection, hero=hero, assignments=assignments
        )
        report: DataReport = place.container.check_data().execute(request)
    return report


def _show_checks(app: App, checks: "list[tuple[str, DataReport]]") -> None:
    if app.json:
        documents = [report_document(file, report) for file, report in checks]
        answer(app, "guild.data.check/1", {"checks": documents})
        return
    for place, (file, report) in enumerate(checks):
        if place:
            click.echo()
        show_report(app, file, report)


def _row_document(view: "RowView") -> dict[str, Any]:
    return {
        "row": view.number,
        "format": view.format,
        "profile": view.profile,
        "fingerprint": f"{view.fingerprint:016x}",
        "held_out": view.held_out,
        "left_out": view.left_out,
        "lost": view.lost,
        "parts": [
            {
                "tokens": part.tokens,
                "trained": part.trained,
                "pieces": [{"text": text, "trained": trained} for text, trained in part.pieces],
            }
            for part in view.parts
        ],
    }


def _show_row(app: App, view: "RowView") -> None:
    use = "held out" if view.held_out else "trained"
    show_facts(
        app,
        {
            "row": view.number,
            "format": view.format,
            "profile": view.profile,
            "tokens": " + ".join(str(part.tokens) for part in view.parts),
            "trained tokens": " + ".join(str(part.trained) for part in view.parts),
            "lost to length": view.lost,
            "fingerprint": f"{view.fingerprint:016x}",
            "use": "too long: refused or left out" if view.left_out else use,
        },
    )
    coloured = app.color == "always" or (app.on_terminal and app.color != "never")
    for part in view.parts:
        click.echo()
        pieces = [(_lines(text), trained) for text, trained in part.pieces]
        click.echo(_coloured(pieces) if coloured else marked(pieces))


def _lines(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


def _coloured(pieces: list[tuple[str, bool]]) -> str:
    return "".join(click.style(text, fg="green") if on else text for text, on in pieces)
