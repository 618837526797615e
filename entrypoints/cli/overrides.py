"""Warnings of what a campaign sets and guild passes over."""

from typing import TYPE_CHECKING

import click

from application.overrides import passed_over
from domain.campaign import Campaign
from domain.text import printable

if TYPE_CHECKING:
    from entrypoints.container import Container


def warn_of_overrides(container: "Container", campaign: Campaign | None) -> None:
    """Say on stderr which of a campaign's overrides count no more."""
    faults = passed_over(campaign, container.settings()) if campaign else ()
    for fault in faults:
        click.echo(f"warning: {printable(f'{fault}: {fault.why}')}", err=True)
