"""Which layers of settings a campaign has, in their order, and what their sum must fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from application.ports.profile_catalog import ProfileCatalog, ProfileNotFoundError
from application.ports.settings_source import BadSettingError, SettingsSource
from domain.campaign import Campaign
from domain.errors import GuildError
from domain.hero import Hero
from domain.settings.hyperparams import Hyperparams
from domain.settings.layers import Layer, Resolved, Value, flatten, resolve

LENGTH, PROFILE = "hyperparams.max_length", "profile.name"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose model reads the rows, and how many tokens of one."""

    model: str
    context: int


@dataclass(frozen=True, slots=True)
class CampaignLayer(Layer):
    """A campaign's own overrides, and the model that it is locked to."""

    reader: Reader | None = None


def campaign_layer(campaign: Campaign) -> CampaignLayer:
    """Give a campaign's own overrides, each with the event that set it."""
    places = {key: f"event {version} of {campaign.id}" for key, version in campaign.set_by.items()}
    return CampaignLayer("campaign", campaign.overrides, places, reader_of(campaign))


def reader_of(campaign: Campaign) -> Reader:
    """Give the model that a campaign is locked to: where it was copied from, or its name."""
    return Reader(campaign.folder or campaign.locked.base_model, campaign.locked.max_context)


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
    values = flatten(resolved.settings)
    for fault in unusable(values, resolved.origins, _reader(hero, overrides), profiles):
        raise fault
    return resolved


def unusable(
    values: Mapping[str, Value],
    said_by: Mapping[str, object],
    reader: Reader | None,
    profiles: ProfileCatalog,
) -> Iterator[GuildError]:
    """Give what each setting on its own may be, and no job could be trained with."""
    asked = values.get(LENGTH, 0)
    if reader and isinstance(asked, int) and asked > reader.context:
        yield BadSettingError(
            f"{LENGTH} is {asked}, and {reader.model} reads {reader.context} tokens",
            why=f"set by: {said_by[LENGTH]}",
            fix=(f"set it to {reader.context} or less",),
        )
    if PROFILE in values:
        try:
            profiles.require(str(values[PROFILE]))
        except ProfileNotFoundError as error:
            error.why = f"set by: {said_by[PROFILE]}"
            yield error


def shortened(hero: Hero, overrides: CampaignLayer, source: SettingsSource) -> CampaignLayer:
    """Let no row be longer than the model reads, where nobody says how long rows may be."""
    said = (hero.training_defaults, overrides.values, source.project().values)
    if any(LENGTH in values for values in (*said, source.environment().values)):
        return overrides
    reader = _reader(hero, overrides)
    if reader.context >= Hyperparams().max_length:
        return overrides
    return replace(
        overrides,
        values={**overrides.values, LENGTH: reader.context},
        places={**overrides.places, LENGTH: f"what {reader.model} reads"},
    )


def _reader(hero: Hero, overrides: Layer) -> Reader:
    """Give who reads the least: the hero may have been changed since its campaign began."""
    own = Reader(hero.model.name, hero.model.context_length)
    locked = overrides.reader if isinstance(overrides, CampaignLayer) else None
    return locked if locked and locked.context <= own.context else own
