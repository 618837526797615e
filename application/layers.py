"""Which layers of settings a campaign has, in their order."""

from collections.abc import Mapping

from application.ports.settings_source import BadSettingError
from domain.architecture import LockedArchitecture
from domain.hero import Hero
from domain.settings.layers import Layer, Resolved, Value, resolve

CAMPAIGN = "campaign"


def settings_for(
    hero: Hero, overrides: Mapping[str, Value], project: Layer, *flags: Layer
) -> Resolved:
    """Resolve schema < hero < campaign < project file < flags, and check what they say together."""
    resolved = resolve(
        (
            Layer(f"hero {hero.id}", hero.training_defaults),
            Layer(CAMPAIGN, overrides),
            project,
            *flags,
        )
    )
    _fits(resolved, hero.locked_architecture)
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
