"""guild config: what every setting is, and who set it."""

import json

import click

from application.layers import campaign_layer, settings_for
from domain.errors import ExitStatus
from domain.settings.layers import Resolved, Value, flatten
from entrypoints.cli.app import App
from entrypoints.cli.config_import import import_
from entrypoints.cli.errors import show_error
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.render import answer


@click.group(cls=GuildGroup)
def config() -> None:
    """What every setting is, and who set it: show, get, set, check."""


@config.command()
@click.option("--origin", is_flag=True, help="Say who set each value, and where.")
@click.option("--campaign", metavar="REF", help="Of this campaign, if not of the active one.")
@click.pass_obj
def show(app: App, campaign: str | None, *, origin: bool) -> None:
    """Show the settings that the next job of a campaign will have.

    \b
    Example:  guild config show --origin
    JSON:     campaign, settings[]
    """
    resolved = _resolved(app, campaign)
    values = flatten(resolved.settings)
    rows = [
        (key, value, resolved.origins[key].layer, resolved.origins[key].place)[: 4 if origin else 2]
        for key, value in values.items()
    ]
    answer(
        app,
        "guild.config.show/1",
        {
            "settings": [
                {"key": key, "value": value, "origin": resolved.origins[key]}
                for key, value in values.items()
            ]
        },
        columns=("KEY", "VALUE", "LAYER", "PLACE")[: 4 if origin else 2],
        rows=rows,
    )


@config.command()
@click.argument("key")
@click.option("--campaign", metavar="REF", help="Of this campaign, if not of the active one.")
@click.pass_obj
def get(app: App, key: str, campaign: str | None) -> None:
    """Show one setting, KEY, and who set it.

    \b
    Example:  guild config get hyperparams.learning_rate
    JSON:     key, value, origin
    """
    resolved = _resolved(app, campaign)
    values: dict[str, Value] = flatten(resolved.settings)
    if key not in values:
        app.reading.settings().assignments([f"{key}="], "config get")
    found = resolved.origins[key]
    answer(
        app,
        "guild.config.get/1",
        {"key": key, "value": values[key], "origin": found},
        columns=("KEY", "VALUE", "LAYER", "PLACE"),
        rows=[(key, values[key], found.layer, found.place)],
    )


@config.command("set")
@click.argument("key")
@click.argument("value")
@click.option(
    "--in",
    "where",
    type=click.Choice(["project", "campaign"]),
    default="project",
    help="In guild.yaml, or among the overrides of the campaign.",
)
@click.option(
    "--campaign", default="", metavar="REF", help="Which campaign, if not the active one."
)
@click.pass_obj
def set_(app: App, key: str, value: str, where: str, campaign: str) -> None:
    """Set KEY to VALUE in guild.yaml, or for a campaign, and show what changed.

    \b
    Example:  guild config set hyperparams.learning_rate 1e-4
    JSON:     key, difference
    """
    container = app.writing
    pair = f"{key}={value}"
    if where == "project":
        difference = container.settings().keep(pair)
    else:
        reference = campaign or container.campaigns().active().id
        changed = container.change_campaign().configure(reference, [pair])
        difference = f"{changed.id}: {key} = {changed.overrides[key]}\n"
    if app.json:
        answer(app, "guild.config.set/1", {"key": key, "difference": difference})
    else:
        click.echo(difference or "nothing changed\n", nl=False)


@config.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Check every file, variable and campaign that holds settings; show all faults at once.

    \b
    Example:  guild config check
    JSON:     faults[]
    """
    app = context.ensure_object(App)
    faults = app.reading.check_settings().execute()
    if app.json:
        answer(app, "guild.config.check/1", {"faults": [str(fault) for fault in faults]})
    else:
        for fault in faults:
            show_error(fault, as_json=False)
        click.echo(f"{len(faults)} faults")
    context.exit(ExitStatus.REFUSED if faults else ExitStatus.DONE)


@config.command()
def schema() -> None:
    """Write the JSON Schema of guild.yaml, for editors.

    \b
    Example:  guild config schema > guild.schema.json
    JSON:     the same
    """
    from entrypoints import factories

    click.echo(json.dumps(factories.settings_schema(), indent=1))


def _resolved(app: App, reference: str | None) -> Resolved:
    container = app.reading
    campaigns = container.campaigns()
    campaign = campaigns.get(reference) if reference else campaigns.active()
    hero = container.heroes().get(campaign.hero_id)
    return settings_for(hero, campaign_layer(campaign), container.settings(), container.profiles())


config.add_command(import_)
