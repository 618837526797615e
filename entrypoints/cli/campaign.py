"""guild campaign: one hero's ongoing training."""

import click

from domain.campaign import Campaign
from entrypoints.cli.app import App
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.render import Cell, answer


@click.group(cls=GuildGroup)
def campaign() -> None:
    """One hero's ongoing training: create, list, show."""


@campaign.command()
@click.argument("name")
@click.option("--hero", "hero_id", required=True, metavar="ID", help="Who is trained.")
@click.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Override a setting."
)
@click.pass_obj
def create(app: App, name: str, hero_id: str, assignments: tuple[str, ...]) -> None:
    """Begin campaign NAME and make it the active one.

    \b
    Example:  guild campaign create july-logic --hero tiny-qwen3
    JSON:     campaign, overruled
    """
    new = app.writing.create_campaign().execute(name, hero_id, assignments)
    for key in new.overruled:
        click.echo(f"warning: guild.yaml sets {key} as well, and wins", err=True)
    answer(
        app,
        "guild.campaign.create/1",
        {"campaign": document(new.campaign), "overruled": new.overruled},
        facts={"campaign": new.campaign.id, **_facts(new.campaign), "active": "yes"},
        footer="next: guild queue add FILE",
    )


@campaign.command("list")
@click.pass_obj
def list_(app: App) -> None:
    """List all campaigns, the oldest first.

    \b
    Example:  guild campaign list
    JSON:     campaigns[], active
    """
    queries = app.reading.queries()
    found, active = queries.campaigns.find(), queries.active_campaign()
    rows = [
        (each.id, "yes" if active and each.id == active.id else "no", each.step, each.created_at)
        for each in found
    ]
    answer(
        app,
        "guild.campaign.list/1",
        {"campaigns": [document(each) for each in found], "active": active.id if active else None},
        columns=("CAMPAIGN", "ACTIVE", "STEP", "CREATED"),
        rows=rows,
        footer="" if found else "none yet: guild campaign create NAME --hero ID",
    )


@campaign.command()
@click.argument("reference", required=False)
@click.pass_obj
def show(app: App, reference: str | None) -> None:
    """Show campaign REFERENCE, or the active one.

    \b
    Example:  guild campaign show july-logic
    JSON:     campaign
    """
    campaigns = app.reading.queries().campaigns
    found = campaigns.get(reference) if reference else campaigns.active()
    answer(
        app,
        "guild.campaign.show/1",
        {"campaign": document(found)},
        facts={"campaign": found.id, **_facts(found)},
    )


def document(campaign: Campaign) -> dict[str, object]:
    """Give a campaign as JSON shows it."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        "hero_id": campaign.hero_id,
        "created_at": campaign.created_at,
        "current_step": campaign.step,
        "head": campaign.head,
        "locked": campaign.locked,
        "config_overrides": dict(campaign.overrides),
        "config_hash": campaign.config_hash,
        "code_version": campaign.code_version,
    }


def _facts(campaign: Campaign) -> dict[str, Cell]:
    locked = campaign.locked
    overrides = ", ".join(f"{key}={value}" for key, value in campaign.overrides.items())
    return {
        "hero": campaign.hero_id,
        "head": campaign.head.name if campaign.head else "base model",
        "step": campaign.step,
        "locked": f"{locked.base_model} {locked.architecture}, vocabulary {locked.vocab_size}, "
        f"context {locked.max_context}",
        "overrides": overrides or None,
        "config": campaign.config_hash,
        "code": campaign.code_version,
        "created": campaign.created_at,
    }
