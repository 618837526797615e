"""Which layers of settings a campaign has, in their order."""

from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import BadSettingError, SettingsSource
from domain.architecture import LockedArchitecture
from domain.campaign import Campaign
from domain.hero import Hero
from domain.settings.layers import Layer, Resolved, resolve


def campaign_layer(campaign: Campaign) -> Layer:
    """Give a campaign's own overrides, each with the event that set it."""
    places = {key: f"event {version} of {campaign.id}" for key, version in campaign.set_by.items()}
    return Layer("campaign", campaign.overrides, places)


def settings_for(
    hero: Hero,
    overrides: Layer,
    source: SettingsSource,
    profiles: ProfileCatalog,
    *flags: Layer,
) -> Resolved:
    """Resolve schema < hero < campaign < project file < environment < flags, and check the sum."""
    hero_layer = Layer(
        "hero", hero.training_defaults, dict.fromkeys(hero.training_defaults, hero.origin)
    )
    layers = (hero_layer, overrides, source.project(), source.environment(), *flags)
    resolved = resolve(layers)
    _fits(resolved, hero.locked_architecture)
    profiles.require(resolved.settings.profile.name)
    return resolved


def _fits(resolved: Resolved, locked: LockedArchitecture) -> None:
    asked = resolved.settings.hyperparams.max_length
    if asked > locked.max_context:
        raise BadSettingError(
            f"hyperparams.max_length is {asked}, "
            f"and {locked.base_model} reads {locked.max_context} tokens",
            why=f"set by: {resolved.origins['hyperparams.max_length']}",
            fix=(f"set it to {locked.max_context} or less",),
        )
