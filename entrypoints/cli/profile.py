"""guild profile: how rows are rewritten before training."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from domain.conversation import Conversation, Example, Message, PlainText, TokenRow
from domain.profiles.registry import BUILT_IN
from domain.settings.layers import Value, flatten
from domain.settings.settings import Settings
from entrypoints.cli.app import App
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.processor_words import in_words
from entrypoints.cli.receipts import show_bad_rows
from entrypoints.cli.references import named
from entrypoints.cli.render import Cell, answer
from entrypoints.cli.workplace import Workplace, workplace

if TYPE_CHECKING:
    from application.use_cases.try_profile import Change, Trial
    from domain.profiles.profile import Profile

_pairs = click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Set any setting.")


@click.group(cls=GuildGroup)
def profile() -> None:
    """How rows are rewritten before training: list, show, try."""


@profile.command("list")
@click.pass_obj
def list_(app: App) -> None:
    """List the profiles of guild, and those of other packages, which are not run for it.

    \b
    Example:  guild profile list
    JSON:     profiles[]{name, from}
    """
    with workplace(app) as place:
        names = place.container.profiles().names()
    rows = [(name, "guild" if name in BUILT_IN else "another package") for name in names]
    answer(
        app,
        "guild.profile.list/1",
        {"profiles": [{"name": name, "from": origin} for name, origin in rows]},
        columns=("PROFILE", "FROM"),
        rows=rows,
        footer="look: guild profile show NAME",
    )


@profile.command()
@click.argument("name")
@_pairs
@click.pass_obj
def show(app: App, name: str, pairs: tuple[str, ...]) -> None:
    """Show profile NAME: version, settings, system prompt, and what it wants of generation.

    Settings are those of the active campaign, if there is one.

    \b
    Example:  guild profile show regime3 --set regime3.operator_case=lower
    JSON:     name, version, own_thinking, system_prompt, settings, processors[]{kind, words}
    """
    with workplace(app) as place:
        settings = _settings(place, name, pairs)
        found: Profile = place.container.profiles().get(settings)
    specs, values = found.processors(), _values(settings)
    facts: dict[str, Cell] = {
        "profile": found.name,
        "version": found.version,
        "thinking": "its own, so the model's is kept out" if found.own_thinking else "the model's",
        "system prompt": found.system_prompt or None,
        **values,
    }
    words = {f"generation {place}": in_words(spec) for place, spec in enumerate(specs, start=1)}
    document = {
        "name": found.name,
        "version": found.version,
        "own_thinking": found.own_thinking,
        "system_prompt": found.system_prompt,
        "settings": values,
        "processors": [
            {"kind": type(spec).__name__, "words": in_words(spec), **asdict(spec)} for spec in specs
        ],
    }
    answer(app, "guild.profile.show/1", document, facts={**facts, **words})


@profile.command("try")
@click.argument("name")
@click.argument("file", metavar="FILE")
@click.option(
    "--row", "number", type=click.IntRange(min=1), metavar="N", help="Only the row on line N."
)
@_pairs
@click.pass_obj
def try_(app: App, name: str, file: str, number: int | None, pairs: tuple[str, ...]) -> None:
    """Show the first rows of FILE before and after profile NAME, and all that it refuses.

    \b
    Example:  guild profile try emoji_think data/july.jsonl --row 7
    JSON:     profile, format, rows, changes[]{row, before, after}, bad_rows, bad[]
    """
    with workplace(app) as place, named(file, place.folder) as found:
        settings = _settings(place, name, pairs)
        trial: Trial = place.container.try_profile().execute(
            found.location, found.selection, settings, number
        )
    answer(
        app,
        "guild.profile.try/1",
        {
            "profile": trial.profile,
            "format": trial.format,
            "rows": trial.rows,
            "changes": [_change_document(each) for each in trial.changes],
            "bad_rows": trial.bad_count,
            "bad": [asdict(each) for each in trial.bad],
        },
        columns=("LINE", "WHEN", "WHO", "TEXT"),
        rows=[row for change in trial.changes for row in _change_rows(change)],
        footer=f"{trial.rows} rows of format {trial.format}, {trial.bad_count} cannot be used",
    )
    if not app.json:
        show_bad_rows(app, trial.bad)


def _settings(place: Workplace, name: str, pairs: tuple[str, ...]) -> Settings:
    settings: Settings = place.container.rehearsal().profile_settings(
        name, pairs, in_hall=place.is_hall
    )
    return settings


def _values(settings: Settings) -> dict[str, Value]:
    """Give the settings that the profile may look at under its own name."""
    own = f"{settings.profile.name}."
    return {key: value for key, value in flatten(settings).items() if key.startswith(own)}


def _change_rows(change: "Change") -> Iterator[tuple[int, str, str, str]]:
    for when, example in (("before", change.before), ("after", change.after)):
        for who, text in _turns(example):
            yield change.number, when, who, text


def _turns(example: Example) -> list[tuple[str, str]]:
    match example:
        case Conversation(messages=messages):
            return [(turn.role.value, _said(turn)) for turn in messages]
        case PlainText(text):
            return [("text", text)]
        case TokenRow(ids):
            return [("tokens", " ".join(map(str, ids)))]


def _said(turn: Message) -> str:
    thoughts = f"(thinking: {turn.thinking}) " if turn.thinking else ""
    calls = "".join(f" (calls {call.name} {call.arguments})" for call in turn.tool_calls)
    return f"{thoughts}{turn.content}{calls}"


def _change_document(change: "Change") -> dict[str, Any]:
    return {"row": change.number, "before": asdict(change.before), "after": asdict(change.after)}
