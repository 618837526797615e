"""guild campaign: one hero's ongoing training."""

import click

from entrypoints.cli.campaign_change import archive, fork, rollback, use
from entrypoints.cli.campaign_import import import_
from entrypoints.cli.campaign_show import create, list_, show
from entrypoints.cli.lineage import lineage
from entrypoints.cli.options import GuildGroup


@click.group(cls=GuildGroup)
def campaign() -> None:
    """One hero's ongoing training: create, fork, roll back."""


for verb in (create, list_, show, use, fork, rollback, lineage, archive, import_):
    campaign.add_command(verb)
