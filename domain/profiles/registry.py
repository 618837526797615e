"""Profiles by name."""

from domain.errors import NotFoundError
from domain.profiles.plain_sft import PlainSft
from domain.profiles.profile import Profile
from domain.settings.profile import ProfileSettings

_BUILT_IN = {PlainSft.name: PlainSft}


def profile_of(settings: ProfileSettings) -> Profile:
    """Give the profile that the settings name, or list the known ones."""
    if settings.name not in _BUILT_IN:
        raise NotFoundError(
            f"there is no profile '{settings.name}'",
            fix=(f"known profiles: {', '.join(_BUILT_IN)}",),
        )
    return _BUILT_IN[settings.name](settings.system_prompt)
