"""Which names in a queue folder are those of new datasets."""

from collections.abc import Collection

from adapters.filesystem.kinds import ENDINGS, ending_of

META = ".meta.json"
_UNFINISHED = (".part", ".tmp", ".done", "~", META)


def is_new(name: str, beside: Collection[str]) -> bool:
    """Tell a dataset from other files, and from what the mirror shows: that has a meta.json."""
    return bool(_stem(name)) and not _is_passed_over(name) and not _is_shown(name, beside)


def is_stray(name: str, beside: Collection[str]) -> bool:
    """Tell whether nothing will ever become of a file."""
    return not (is_new(name, beside) or _is_passed_over(name) or _is_shown(name, beside))


def links_of(job_id: str) -> tuple[str, ...]:
    """Give every name under which the mirror may show the dataset of a job."""
    return tuple(job_id + ending for ending in ENDINGS)


def _stem(name: str) -> str:
    ending = ending_of(name)
    return name[: -len(ending)] if ending else ""


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name.endswith(_UNFINISHED)


def _is_shown(name: str, beside: Collection[str]) -> bool:
    return bool(_stem(name)) and _stem(name) + META in beside
