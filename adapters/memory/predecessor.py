"""A predecessor's files that were handed over."""

from collections.abc import Iterator, Mapping

from application.ports.predecessor import (
    Predecessor,
    PredecessorFileError,
    PredecessorMissingError,
)


class MemoryPredecessor(Predecessor):
    """Knows the given files of settings and folders of campaigns, by place."""

    def __init__(
        self,
        settings: Mapping[str, Mapping[str, object]] | None = None,
        campaigns: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self._settings, self._campaigns = settings or {}, campaigns or {}

    def settings(self, place: str) -> Mapping[str, object]:
        """Look a file up."""
        return _leaves(place, self._settings)

    def campaign(self, place: str) -> Mapping[str, object]:
        """Look a folder up."""
        return _leaves(place, self._campaigns)


def _leaves(place: str, known: Mapping[str, Mapping[str, object]]) -> Mapping[str, object]:
    if place not in known:
        raise PredecessorMissingError(place)
    found: dict[str, object] = {}
    for key, value in _flat(known[place]):
        if key in found:
            raise PredecessorFileError(f"{place}: '{key}' is there twice")
        found[key] = value
    return found


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
