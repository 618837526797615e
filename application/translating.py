"""A predecessor's settings in guild's own words, each value checked like any other."""

from collections.abc import Mapping

from application.ports.settings_source import BadSettingError, SettingsSource
from domain.errors import GuildError, NotFoundError
from domain.profiles.registry import built_in
from domain.settings.layers import Value
from domain.settings.left_behind import Reason
from domain.settings.settings import Settings
from domain.settings.translation import Left, Taken, Translation, translate


def translated(leaves: Mapping[str, object], settings: SettingsSource) -> Translation:
    """Translate leaves by dotted key; what guild would refuse is left, with the refusal."""
    found = translate(leaves)
    checked = [_checked(each, settings) for each in found.taken]
    taken = tuple(each for each in checked if isinstance(each, Taken))
    refused = tuple(each for each in checked if isinstance(each, Left))
    return Translation(taken, (*found.left, *refused))


def _checked(taken: Taken, settings: SettingsSource) -> Taken | Left:
    try:
        value = settings.assignments([f"{taken.key}={taken.value}"], taken.old).values[taken.key]
        _require_profile(taken.key, value)
    except (BadSettingError, NotFoundError) as error:
        return Left(taken.old, Reason.REFUSED, _told(error))
    return Taken(taken.old, taken.key, value)


def _require_profile(key: str, value: Value) -> None:
    if key == "profile.name":
        built_in(str(value), Settings())


def _told(error: GuildError) -> str:
    return "; ".join(part for part in (str(error), error.why or "".join(error.fix[:1])) if part)
