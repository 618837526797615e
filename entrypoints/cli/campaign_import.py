"""guild campaign import: a predecessor's campaign."""

import click

from entrypoints.cli.app import App
from entrypoints.cli.campaign_show import remark_on
from entrypoints.cli.campaign_view import campaign_document
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import answer
from entrypoints.cli.translation_view import COLUMNS, translation_document, translation_rows


@click.command("import", cls=GuildCommand)
@click.argument("folder", metavar="DIR")
@click.option("--hero", "hero_id", default="", metavar="ID", help="Who the old hero is here.")
@click.option("--dry-run", is_flag=True, help="Show what would be made, and make nothing.")
@click.pass_obj
def import_(app: App, folder: str, hero_id: str, *, dry_run: bool) -> None:
    """Begin a campaign like the predecessor's in DIR; its weights are not taken over.

    To go on from weights: guild campaign create NAME --hero ID --from PATH.

    \b
    Example:  guild campaign import ~/training/campaigns/dio-qwen3-0.6b/campaign-001
    JSON:     campaign, overruled, taken[], left[]
    """
    container = app.reading if dry_run else app.writing
    imported = container.import_campaign().execute(folder, hero_id=hero_id, dry_run=dry_run)
    new = imported.new
    remark_on(new)
    answer(
        app,
        "guild.campaign.import/1",
        {
            "campaign": campaign_document(new.campaign),
            "overruled": new.overruled,
            **translation_document(imported.translation),
        },
        facts={"campaign": new.campaign.id, "made": not dry_run},
        columns=COLUMNS,
        rows=translation_rows(imported.translation),
        footer="nothing was made" if dry_run else "next: guild queue add FILE",
    )
