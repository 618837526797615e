"""guild checkpoint: what jobs left of the model."""

from typing import TYPE_CHECKING

import click

from domain.errors import ExitStatus
from entrypoints.cli.app import App
from entrypoints.cli.checkpoint_change import pin, prune, unpin
from entrypoints.cli.checkpoint_view import COLUMNS, kept_as, shelved_document, shelved_row, short
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.render import Cell, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.use_cases.verify_checkpoints import Verified
    from domain.campaign import Campaign
    from entrypoints.container import Container


@click.group(cls=GuildGroup)
def checkpoint() -> None:
    """What jobs left of the model: list, show, verify, pin, prune."""


for verb in (pin, unpin, prune):
    checkpoint.add_command(verb)


@checkpoint.command("list")
@click.option("--campaign", "reference", metavar="NAME", help="Of this one, not the active one.")
@click.option("--all", "every", is_flag=True, help="Of all campaigns.")
@click.pass_obj
def list_(app: App, reference: str | None, *, every: bool) -> None:
    """List what a campaign has on disk, the oldest first, and what it is kept for.

    \b
    Example:  guild checkpoint list
    JSON:     checkpoints[], bytes
    """
    container = app.reading
    chosen = _chosen(container, reference, every=every)
    found = [each for campaign in chosen for each in container.inventory().of(campaign)]
    room = sum(each.size for each in found)
    answer(
        app,
        "guild.checkpoint.list/1",
        {"checkpoints": [shelved_document(each) for each in found], "bytes": room},
        columns=COLUMNS,
        rows=map(shelved_row, found),
        footer=f"{room / 1e9:.2f} GB in all" if found else "none yet: guild train next",
    )


@checkpoint.command()
@click.argument("reference")
@click.pass_obj
def show(app: App, reference: str) -> None:
    """Show checkpoint REFERENCE: a name, checkpoint-STEP, a digest's beginning, or @head.

    \b
    Example:  guild checkpoint show @head
    JSON:     checkpoint, collected, folder, parent, on_shelf
    """
    container = app.reading
    finder = container.checkpoint_finder()
    found = finder.named(reference)
    shelf = container.inventory().of(container.campaigns().get(found.campaign_id))
    shelved = next((each for each in shelf if each.checkpoint == found), None)
    folder, part = container.checkpoints().locate(found), finder.collected(found)
    facts: dict[str, Cell] = {
        "checkpoint": short(found),
        "campaign": found.campaign_id,
        "job": found.job_id,
        "step": found.step,
        "digest": found.digest,
        "folder": folder if shelved else None,
        "bytes": shelved.size if shelved else 0,
        "optimizer": shelved.optimizer if shelved else 0,
        "validation loss": shelved.val_loss if shelved else None,
        "kept as": kept_as(shelved) if shelved else None,
        "note": shelved.note or None if shelved else None,
        "collected": part.value if part else None,
    }
    document = {
        "checkpoint": found,
        "collected": part,
        "folder": folder if shelved else None,
        "parent": finder.lineage().parents.get(found.digest),
        "on_shelf": shelved_document(shelved) if shelved else None,
    }
    answer(app, "guild.checkpoint.show/1", document, facts=facts)


@checkpoint.command()
@click.argument("reference", required=False)
@click.option("--all", "every", is_flag=True, help="Those of all campaigns.")
@click.pass_context
def verify(context: click.Context, reference: str | None, *, every: bool) -> None:
    """Read every byte of checkpoint REFERENCE again, or of all that the active campaign has.

    Exits 9 if one is not what was committed; nothing is changed.

    \b
    Example:  guild checkpoint verify @head
    JSON:     checkpoints[], broken
    """
    app = context.ensure_object(App)
    found = _verified(app.reading, reference, every=every)
    broken = sum(bool(each.problem) for each in found)
    answer(
        app,
        "guild.checkpoint.verify/1",
        {
            "checkpoints": [
                {"checkpoint": each.checkpoint, "problem": each.problem or None} for each in found
            ],
            "broken": broken,
        },
        columns=("CHECKPOINT", "STEP", "STATE"),
        rows=[
            (short(each.checkpoint), each.checkpoint.step, each.problem or "sound")
            for each in found
        ],
        footer=f"{broken} of {len(found)} are broken",
    )
    context.exit(ExitStatus.UNHEALTHY if broken else ExitStatus.DONE)


def _verified(
    container: "Container", reference: str | None, *, every: bool
) -> "Sequence[Verified]":
    use_case = container.verify_checkpoints()
    if reference is not None and not every:
        return [use_case.one(reference)]
    return list(use_case.all(_chosen(container, None, every=every)))


def _chosen(container: "Container", reference: str | None, *, every: bool) -> "Sequence[Campaign]":
    campaigns = container.campaigns()
    if every:
        found: Sequence[Campaign] = campaigns.find()
        return found
    return [campaigns.get(reference) if reference else campaigns.active()]
