"""guild checkpoint pin, unpin and prune."""

import math

import click

from domain.checkpoint import Checkpoint
from domain.errors import ExitStatus
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.checkpoint_view import plan_document, plan_rows, short
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import answer

_MOST = 1e9


class _Room(click.FloatRange):
    """A room that has an end; nan lies in every range that click knows."""

    def convert(
        self, value: float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found: float = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value} is no number.", param, ctx)
        return found


_ROOM = _Room(min=0, min_open=True, max=_MOST)


@click.command(cls=GuildCommand)
@click.argument("reference")
@click.option("--note", default="", metavar="TEXT", help="Why it is kept.")
@click.pass_obj
def pin(app: App, reference: str, *, note: str) -> None:
    """Keep checkpoint REFERENCE, whatever room it takes.

    \b
    Example:  guild checkpoint pin @head --note "before the long run"
    JSON:     checkpoint, pinned, note
    """
    _changed(app, "pin", app.writing.pin_checkpoint().pin(reference, note), note)


@click.command(cls=GuildCommand)
@click.argument("reference")
@click.pass_obj
def unpin(app: App, reference: str) -> None:
    """Keep checkpoint REFERENCE no longer than any other.

    \b
    Example:  guild checkpoint unpin 1a2b3c4d
    JSON:     checkpoint, pinned, note
    """
    _changed(app, "unpin", app.writing.pin_checkpoint().unpin(reference), "")


@click.command(cls=GuildCommand)
@click.option("--campaign", "reference", metavar="NAME", help="Of this one, not the active one.")
@click.option(
    "--budget",
    type=_ROOM,
    metavar="GIB",
    help="Room to make do with now, instead of checkpoint.budget.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan, and do nothing.")
@click.option("--yes", is_flag=True, help="Do it; without it only what would happen is shown.")
@click.pass_context
def prune(
    context: click.Context,
    reference: str | None,
    *,
    budget: float | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Give up what a campaign has no room for: optimizers first, then what nothing needs.

    Never the head, the best, what is pinned, what an unfinished job or another campaign goes on
    from. Finishes what an interrupted run left, and removes drafts of jobs that ended. Exits 9 if
    something cannot be removed; the rest is.

    \b
    Example:  guild checkpoint prune --dry-run
    JSON:     done, budget_bytes, freed_bytes, left_bytes, collections[], kept[],
              leftovers[], failed[]
    """
    app = context.ensure_object(App)
    do = yes and not dry_run
    container = app.writing if do else app.reading
    campaigns = container.campaigns()
    campaign = campaigns.get(reference) if reference else campaigns.active()
    pruning = container.prune_checkpoints()
    plan = pruning.execute(campaign.id, budget) if do else pruning.plan(campaign, budget)
    for warning in plan.warnings:
        click.echo(f"warning: {printable(warning)}", err=True)
    answer(
        app,
        "guild.checkpoint.prune/1",
        {"done": do, **plan_document(plan)},
        columns=("CHECKPOINT", "STEP", "BYTES", "FREED", "WHAT"),
        rows=plan_rows(plan),
        footer=_outlook(freed=plan.freed + sum(each.size for each in plan.leftovers), done=do),
    )
    context.exit(ExitStatus.UNHEALTHY if plan.failed else ExitStatus.DONE)


def _outlook(*, freed: int, done: bool) -> str:
    if not freed:
        return "nothing has to go"
    return f"{freed / 1e9:.2f} GB {'are free' if done else 'would be free: add --yes'}"


def _changed(app: App, verb: str, found: Checkpoint, note: str) -> None:
    pinned = verb == "pin"
    answer(
        app,
        f"guild.checkpoint.{verb}/1",
        {"checkpoint": found, "pinned": pinned, "note": note},
        facts={"checkpoint": short(found), "pinned": pinned, "note": note or None},
    )
