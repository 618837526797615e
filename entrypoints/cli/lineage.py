"""guild campaign lineage: the tree of checkpoints."""

import click

from domain.campaign import Campaign
from domain.checkpoint import Checkpoint
from domain.lineage import BASE, Lineage
from entrypoints.cli.app import App
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import answer


@click.command(cls=GuildCommand)
@click.argument("reference", required=False)
@click.pass_obj
def lineage(app: App, reference: str | None) -> None:
    """Draw the tree of checkpoints of campaign REFERENCE, or of the active one.

    \b
    Example:  guild campaign lineage july-logic
    JSON:     campaign, head, checkpoints[]
    """
    container = app.reading
    campaigns = container.queries().campaigns
    found = campaigns.get(reference) if reference else campaigns.active()
    tree = container.checkpoint_finder().lineage()
    if app.json:
        nodes = [
            {"digest": each.digest, "parent": tree.parents[each.digest], "checkpoint": each}
            for each in tree.checkpoints
        ]
        head = found.head_digest or None
        facts = {"campaign": found.id, "head": head, "checkpoints": nodes}
        answer(app, "guild.campaign.lineage/1", facts)
        return
    for line in draw_lineage(found, tree):
        click.echo(line)


def draw_lineage(campaign: Campaign, tree: Lineage) -> list[str]:
    """Draw what grew from where the campaign began, one checkpoint a line."""
    root = campaign.start.digest if campaign.start else BASE
    mark = "  @head" if campaign.head_digest == root else ""
    return [campaign.id, f"{_title(campaign)}{mark}", *_branches(campaign, tree, root, "")]


def _title(campaign: Campaign) -> str:
    start = campaign.start
    if start is None:
        return "base model"
    if campaign.folder:
        return f"copy of {campaign.folder}  {_line(start)}"
    return f"{start.campaign_id} {start.name}"


def _branches(campaign: Campaign, tree: Lineage, digest: str, indent: str) -> list[str]:
    made = (each for each in tree.children(digest) if each.campaign_id == campaign.id)
    own = tuple({each.digest: each for each in made}.values())
    lines: list[str] = []
    for place, checkpoint in enumerate(own, start=1):
        last = place == len(own)
        head = "  @head" if checkpoint.digest == campaign.head_digest else ""
        branch = "└── " if last else "├── "
        lines.append(f"{indent}{branch}{_line(checkpoint)}{head}")
        deeper = indent + ("    " if last else "│   ")
        lines += _branches(campaign, tree, checkpoint.digest, deeper)
    return lines


def _line(checkpoint: Checkpoint) -> str:
    name = checkpoint.name.removeprefix("checkpoints/")
    return f"step {checkpoint.step}  {name}  {checkpoint.digest[:12]}"
