"""guild campaign create, list and show."""

import click

from application.starts import BASE
from application.use_cases.create_campaign import CampaignRequest, NewCampaign
from entrypoints.cli.app import App
from entrypoints.cli.campaign_view import campaign_document, campaign_facts
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import Cell, answer
from entrypoints.cli.settings_options import setting_options


@click.command(cls=GuildCommand)
@click.argument("name")
@click.option("--hero", "hero_id", required=True, metavar="ID", help="Who is trained.")
@click.option(
    "--from",
    "start",
    default=BASE,
    metavar="base|CHECKPOINT|PATH",
    help="Where to begin: name, step or digest of a checkpoint, CAMPAIGN@head, or a model folder.",
)
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@click.option("--dry-run", is_flag=True, help="Show what would be made, and make nothing.")
@setting_options
@click.pass_obj
def create(
    app: App,
    name: str,
    *,
    hero_id: str,
    start: str,
    description: str,
    assignments: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Begin campaign NAME and make it the active one.

    The model in a folder (config.json, *.safetensors, tokenizer) is copied into the hall, if it has
    the hero's architecture. Write ./NAME for a folder that is called like a checkpoint.

    \b
    Example:  guild campaign create july-logic --hero tiny-qwen3
    JSON:     campaign, overruled
    """
    request = CampaignRequest(
        name=name,
        hero_id=hero_id,
        assignments=assignments,
        description=description,
        start=start,
        dry_run=dry_run,
    )
    container = app.reading if dry_run else app.writing
    new = container.create_campaign().execute(request)
    remark_on(new)
    answer(
        app,
        "guild.campaign.create/1",
        {"campaign": campaign_document(new.campaign), "overruled": new.overruled},
        facts={"campaign": new.campaign.id, **campaign_facts(new.campaign), "active": not dry_run},
        footer="nothing was made" if dry_run else "next: guild queue add FILE",
    )


def remark_on(new: NewCampaign) -> None:
    """Say on stderr which settings of a new campaign are not what was asked for."""
    for key in new.overruled:
        click.echo(f"warning: guild.yaml sets {key} as well, and wins", err=True)
    if new.shortened:
        click.echo(
            f"hyperparams.max_length is {new.shortened} in this campaign: its model reads no more",
            err=True,
        )


@click.command("list", cls=GuildCommand)
@click.option("--all", "every", is_flag=True, help="Archived ones too.")
@click.pass_obj
def list_(app: App, *, every: bool) -> None:
    """List all campaigns, the oldest first.

    \b
    Example:  guild campaign list
    JSON:     campaigns[], active
    """
    queries = app.reading.queries()
    active = queries.active_campaign()
    found = [each for each in queries.campaigns.find() if every or not each.archived]
    rows: list[tuple[Cell, ...]] = [
        (
            each.id,
            bool(active and each.id == active.id),
            each.step,
            each.created_at,
            *((each.archived,) if every else ()),
        )
        for each in found
    ]
    answer(
        app,
        "guild.campaign.list/1",
        {
            "campaigns": [campaign_document(each) for each in found],
            "active": active.id if active else None,
        },
        columns=("CAMPAIGN", "ACTIVE", "STEP", "CREATED", *(("ARCHIVED",) if every else ())),
        rows=rows,
        footer="" if found else "none yet: guild campaign create NAME --hero ID",
    )


@click.command(cls=GuildCommand)
@click.argument("reference", required=False)
@click.pass_obj
def show(app: App, reference: str | None) -> None:
    """Show campaign REFERENCE, or the active one.

    \b
    Example:  guild campaign show july-logic
    JSON:     campaign, spent
    """
    queries = app.reading.queries()
    found = queries.campaigns.get(reference) if reference else queries.campaigns.active()
    spent = queries.spent(found)
    answer(
        app,
        "guild.campaign.show/1",
        {"campaign": campaign_document(found), "spent": spent},
        facts={
            "campaign": found.id,
            **campaign_facts(found),
            "jobs done": spent.jobs,
            "hours": f"{spent.hours:.3g}",
            "tokens": spent.tokens,
        },
    )
