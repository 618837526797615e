"""guild campaign use, fork, rollback and archive."""

import click

from application.checkpoints import HEAD
from domain.campaign import Campaign
from entrypoints.cli.app import App
from entrypoints.cli.campaign_view import campaign_document, campaign_facts
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import answer


@click.command(cls=GuildCommand)
@click.argument("reference")
@click.pass_obj
def use(app: App, reference: str) -> None:
    """Make campaign REFERENCE the active one.

    \b
    Example:  guild campaign use july-logic
    JSON:     campaign
    """
    _changed(app, "use", app.writing.change_campaign().use(reference))


@click.command(cls=GuildCommand)
@click.argument("reference")
@click.argument("name")
@click.option(
    "--at", default=HEAD, metavar="CHECKPOINT", help="Where to begin, if not at the head."
)
@click.pass_obj
def fork(app: App, reference: str, name: str, at: str) -> None:
    """Begin campaign NAME from a checkpoint of campaign REFERENCE.

    \b
    Example:  guild campaign fork july-logic bold-try --at checkpoint-4000
    JSON:     campaign
    """
    _changed(app, "fork", app.writing.fork_campaign().execute(reference, name, at))


@click.command(cls=GuildCommand)
@click.argument("reference")
@click.argument("checkpoint")
@click.pass_obj
def rollback(app: App, reference: str, checkpoint: str) -> None:
    """Move the head of campaign REFERENCE back to CHECKPOINT; nothing is deleted.

    CHECKPOINT is on the line that leads to the head: a name, checkpoint-STEP, a digest's beginning,
    or 'base' for where the campaign began.

    \b
    Example:  guild campaign rollback july-logic checkpoint-4000
    JSON:     campaign
    """
    _changed(app, "rollback", app.writing.change_campaign().roll_back(reference, checkpoint))


@click.command(cls=GuildCommand)
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do it; nothing happens without.")
@click.pass_obj
def archive(app: App, reference: str, *, yes: bool) -> None:
    """Put campaign REFERENCE away; it stays readable, and its checkpoints stay.

    \b
    Example:  guild campaign archive july-logic --yes
    JSON:     campaign
    """
    if not yes:
        found = app.reading.change_campaign().require_archivable(reference)
        raise click.UsageError(f"nothing was done: add --yes to put {found.id} away")
    _changed(app, "archive", app.writing.change_campaign().archive(reference))


def _changed(app: App, verb: str, campaign: Campaign) -> None:
    answer(
        app,
        f"guild.campaign.{verb}/1",
        {"campaign": campaign_document(campaign)},
        facts={"campaign": campaign.id, **campaign_facts(campaign)},
        footer="next: guild status",
    )
