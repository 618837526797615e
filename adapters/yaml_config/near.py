"""What somebody may have meant who wrote a name that guild does not know."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from domain.settings.elsewhere import SETTINGS_ELSEWHERE

_MOST = 3


def near_settings(key: str, known: Sequence[str]) -> tuple[str, ...]:
    """Name the settings that are meant: the same leaf elsewhere, another trainer's, or a typo."""
    leaf = key.rpartition(".")[2]
    if same := [name for name in known if name.endswith("." + leaf)]:
        return tuple(same)
    if leaf in SETTINGS_ELSEWHERE:
        return (SETTINGS_ELSEWHERE[leaf],)
    leaves = {name.partition(".")[2]: name for name in known}
    by_leaf = [leaves[close] for close in near(leaf, leaves)]
    return tuple(dict.fromkeys([*near(key, known), *by_leaf]))[:_MOST]


def near(name: str, known: Iterable[str]) -> Sequence[str]:
    """Name the known names that look like this one, the nearest first."""
    return get_close_matches(name, list(known), n=_MOST)
