"""How a refusal is shown: what, why, fix on stderr, and as one JSON object for programs."""

import json

import click

from domain.errors import GuildError
from domain.text import printable


def show_error(error: GuildError, *, as_json: bool, about: str = "") -> None:
    """Write a refusal to stderr; about names what it is about where the refusal does not."""
    click.echo(_document(error, about) if as_json else _text(error, about), err=True)


def _text(error: GuildError, about: str) -> str:
    head = click.style("error:", fg="red", bold=True)
    what = f"{printable(about)}: {printable(str(error))}" if about else printable(str(error))
    lines = [f"{head} {what}  [{error.code.value}]"]
    if error.why:
        lines.append(f"  why: {printable(error.why)}")
    mark = "•" if len(error.fix) > 1 else ""
    for place, fix in enumerate(error.fix):
        label = "  fix:" if place == 0 else "      "
        lines.append(" ".join(part for part in (label, mark, printable(fix)) if part))
    return "\n".join(lines)


def _document(error: GuildError, about: str) -> str:
    facts = {
        "code": error.code.value,
        "exit": int(error.exit_status),
        "message": str(error),
        "why": error.why or None,
        "fix": list(error.fix),
        "about": about or None,
    }
    return json.dumps({"error": facts}, ensure_ascii=False)
