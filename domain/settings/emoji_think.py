"""What the profile emoji_think may be told."""

from dataclasses import dataclass

from domain.settings.setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiThinkSettings:
    """Thoughts in the data, and examples without marks."""

    keep_thoughts: bool = setting(False, "Leave what stands between think tags in the answer.")
    direct_ratio: float = setting(0.0, "Share of conversations left without marks.", ge=0, le=1)
