"""guild config: what every setting is, and who set it."""

import json

import click

from application.layers import campaign_layer, settings_for
from domain.campaign import Campaign
from domain.errors import ExitStatus
from domain.settings.layers import Resolved, Value, flatten, resolve
from entrypoints.cli.app import App
from entrypoints.cli.config_import import import_
from entrypoints.cli.errors import show_error
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.overrides import warn_of_overrides
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

    Where no campaign is active: what guild.yaml and the environment say for all of them.

    \b
    Example:  guild config show --origin
    JSON:     campaign, settings[], passed_over[]
    """
    found = _campaign(app, campaign)
    resolved = _resolved(app, found)
    values = flatten(resolved.settings)
    rows = [
        (key, value, resolved.origins[key].layer, resolved.origins[key].place)[: 4 if origin else 2]
        for key, value in values.items()
    ]
    answer(
        app,
        "guild.config.show/1",
        {
            "campaign": found.id if found else None,
            "settings": [
                {"key": key, "value": value, "origin": resolved.origins[key]}
                for key, value in values.items()
            ],
            "passed_over": [
                {"key": key, "origin": said_by} for key, said_by in resolved.passed_over.items()
            ],
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
    resolved = _resolved(app, _campaign(app, campaign))
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
        difference = container.keep_setting().execute(pair)
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


def _campaign(app: App, reference: str | None) -> Campaign | None:
    queries = app.reading.queries()
    found = queries.campaigns.get(reference) if reference else queries.active_campaign()
    if found is None:
        click.echo("no campaign is active: this holds for all, before hero and campaign", err=True)
    warn_of_overrides(app.reading, found)
    return found


def _resolved(app: App, campaign: Campaign | None) -> Resolved:
    container = app.reading
    settings = container.settings()
    if campaign is None:
        return resolve((settings.project(), settings.environment()))
    hero = container.heroes().get(campaign.hero_id)
    return settings_for(hero, campaign_layer(campaign), settings, container.profiles())


config.add_command(import_)
