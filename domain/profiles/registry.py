"""Profiles by name."""

from collections.abc import Callable, Mapping

from domain.errors import NotFoundError
from domain.profiles.emoji_think import EmojiThink
from domain.profiles.plain_sft import PlainSft
from domain.profiles.profile import Profile
from domain.profiles.regime3 import Regime3
from domain.settings.settings import Settings


def _plain_sft(settings: Settings) -> Profile:
    return PlainSft(settings.profile.system_prompt)


def _emoji_think(settings: Settings) -> Profile:
    return EmojiThink(
        settings.profile.system_prompt,
        keep_thoughts=settings.emoji_think.keep_thoughts,
        direct_ratio=settings.emoji_think.direct_ratio,
    )


def _regime3(settings: Settings) -> Profile:
    return Regime3(
        settings.profile.system_prompt,
        strict=settings.regime3.strict,
        operator_case=settings.regime3.operator_case,
        commutative=settings.regime3.commutative,
    )


BUILT_IN: Mapping[str, Callable[[Settings], Profile]] = {
    PlainSft.name: _plain_sft,
    EmojiThink.name: _emoji_think,
    Regime3.name: _regime3,
}


def built_in(name: str, settings: Settings) -> Profile:
    """Build the profile of this name, or list the known ones."""
    if name not in BUILT_IN:
        raise NotFoundError(
            f"there is no profile '{name}'", fix=(f"known profiles: {', '.join(BUILT_IN)}",)
        )
    return BUILT_IN[name](settings)
