"""guild preview: what the hero says."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from application.use_cases.run_preview import PreviewOrder
from domain.errors import ExitStatus
from domain.preview import PreviewEvent, PreviewFailed, Verdict, verdict
from entrypoints.cli.app import App
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.overrides import warn_of_overrides
from entrypoints.cli.render import answer, plain


@click.group(cls=GuildGroup)
def preview() -> None:
    """What the hero says: run."""


@preview.command()
@click.option("--prompt", "texts", multiple=True, metavar="TEXT", help="Ask this.")
@click.option(
    "--prompts",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask the rows of this file and compare with their answers.",
)
@click.option(
    "-n",
    "most",
    default=5,
    type=click.IntRange(min=1),
    help="How many held-out rows, if nothing is named.",
)
@click.option(
    "--campaign", metavar="REF", help="Whose head speaks; the active campaign's if not named."
)
@click.pass_context
def run(
    context: click.Context,
    texts: tuple[str, ...],
    file: Path | None,
    most: int,
    campaign: str | None,
) -> None:
    """Let the head of a campaign answer, and compare with the golden answers.

    Without a prompt it asks rows that were held out from training.

    \b
    Example:  guild preview run --prompt "Reverse PLANET"
    JSON:     previews[], matches, measured
    """
    app = context.ensure_object(App)
    if texts and file:
        raise click.UsageError("--prompt and --prompts exclude each other")
    if not all(text.strip() for text in texts):
        raise click.UsageError("--prompt says nothing")
    queries = app.writing.queries()
    named = queries.campaigns.get(campaign) if campaign else queries.active_campaign()
    warn_of_overrides(app.writing, named)
    where = str(file.absolute()) if file else ""
    order = PreviewOrder(texts=texts, file=where, most=most, campaign=campaign)
    events = app.writing.run_preview().execute(order)
    show_previews(app, events)
    if events and all(isinstance(event, PreviewFailed) for event in events):
        context.exit(ExitStatus.REMOTE_FAILED)


def show_previews(app: App, events: Sequence[PreviewEvent]) -> None:
    """Show prompt, golden answer, the model's answer and the verdict."""
    verdicts = [verdict(event) for event in events]
    matches = verdicts.count(Verdict.MATCH)
    measured = len(events) - verdicts.count(Verdict.UNMEASURED)
    answer(
        app,
        "guild.preview.run/1",
        {
            "previews": [
                {"verdict": found.value, **json.loads(json.dumps(plain(event), default=plain))}
                for event, found in zip(events, verdicts, strict=True)
            ],
            "matches": matches,
            "measured": measured,
        },
        columns=("VERDICT", "PROMPT", "GOLDEN", "MODEL"),
        rows=[
            (found.value, event.prompt, event.golden, _said(event))
            for event, found in zip(events, verdicts, strict=True)
        ],
        footer=f"{matches} of {measured} match, {len(events) - measured} unmeasured",
    )


def _said(event: PreviewEvent) -> str:
    if isinstance(event, PreviewFailed):
        return f"({event.cause})"
    return event.answer + (" … (cut)" if event.cut else "")
