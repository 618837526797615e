"""What a campaign's overrides say that today's settings refuse."""

from collections.abc import Iterator, Sequence

from application.layers import campaign_layer
from application.ports.settings_source import (
    BadSettingError,
    SettingsSource,
    UnknownSettingError,
)
from domain.campaign import Campaign
from domain.errors import ErrorCode, GuildError
from domain.settings.layers import can_take


class ForgottenSettingError(GuildError):
    """A campaign sets what guild has no setting for any more; it is passed over."""

    code = ErrorCode.UNKNOWN_KEY


def override_faults(campaign: Campaign, source: SettingsSource) -> Iterator[GuildError]:
    """Give a refusal for each override that nobody could set today, with the way out."""
    for key in campaign.overrides:
        if fault := _fault(campaign, key, source):
            yield fault


def passed_over(campaign: Campaign, source: SettingsSource) -> Sequence[GuildError]:
    """Give the refusals of those overrides alone that no setting can take."""
    dead = [key for key, value in campaign.overrides.items() if not can_take(key, value)]
    return [fault for key in dead if (fault := _fault(campaign, key, source))]


def _fault(campaign: Campaign, key: str, source: SettingsSource) -> GuildError | None:
    value, place = campaign.overrides[key], campaign_layer(campaign).places[key]
    try:
        source.assignments([f"{key}={value}"], place)
    except UnknownSettingError as error:
        leave_behind = f"begin a campaign without it: guild campaign fork {campaign.id} NAME"
        return ForgottenSettingError(
            str(error),
            why="another version of guild wrote it, and this one passes it over",
            fix=(*error.fix, leave_behind),
        )
    except BadSettingError as error:
        why = error.why if can_take(key, value) else f"{error.why}; it is passed over"
        fix = f"guild config set {key} VALUE --in campaign --campaign {campaign.id}"
        return BadSettingError(str(error), why=why, fix=(fix,))
    return None
