"""Answers as tables for people, tab-separated text for pipes, JSON for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from domain.text import printable
from entrypoints.cli.app import App

Cell = str | int | float | datetime | None
UNKNOWN = "-"


def answer(
    app: App,
    schema: str,
    document: Mapping[str, Any],
    *,
    facts: Mapping[str, Cell] | None = None,
    columns: Sequence[str] = (),
    rows: Iterable[Sequence[Cell]] = (),
    footer: str = "",
) -> None:
    """Show one answer on stdout in the form that its reader wants."""
    if app.json:
        click.echo(json.dumps({"schema": schema, **document}, default=plain, ensure_ascii=False))
        return
    if facts:
        show_facts(app, facts)
    if columns:
        show_table(app, columns, list(rows))
    if footer and app.on_terminal:
        click.secho(footer, dim=True)


def show_facts(app: App, facts: Mapping[str, Cell]) -> None:
    """Show one name and value a line."""
    if not app.on_terminal:
        for name, value in facts.items():
            click.echo(f"{name}\t{_tabular(value)}")
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(
            f"{click.style(name.ljust(width), bold=True)}  {for_people(value, exact=app.verbose)}"
        )


def show_table(app: App, columns: Sequence[str], rows: list[Sequence[Cell]]) -> None:
    """Show rows, ids first."""
    if not app.on_terminal:
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(map(_tabular, row)))
        return
    texts = [[for_people(cell, exact=app.verbose) for cell in row] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *texts, strict=True)]
    click.secho(_line(columns, widths, [False] * len(widths)), bold=True)
    for row, shown in zip(rows, texts, strict=True):
        click.echo(_line(shown, widths, [isinstance(cell, int | float) for cell in row]))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if flush else cell.ljust(width)
        for cell, width, flush in zip(cells, widths, right, strict=True)
    )
    return "  ".join(padded).rstrip()


def for_people(value: Cell, *, exact: bool = False) -> str:
    """Give a value short: four significant digits, and how long ago a time is unless exact."""
    match value:
        case None:
            return UNKNOWN
        case datetime():
            return str(plain(value)) if exact else ago(datetime.now(UTC) - value)
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case int():
            return f"{value:,}".replace(",", " ")
        case str():
            return printable(value)


def ago(age: timedelta) -> str:
    """Give an age in its largest unit."""
    seconds = int(age.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if abs(seconds) >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def plain(value: Any) -> Any:
    """Give a value as JSON holds it: times in ISO 8601 UTC, dataclasses as objects."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def _tabular(value: Cell) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(UTC).isoformat()
        case bool():
            return "yes" if value else "no"
        case _:
            return printable(str(value))
