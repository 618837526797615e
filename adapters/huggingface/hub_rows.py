"""Data sets of the Hub, and folders that the library datasets has saved, as JSON lines."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # as datasets does

from application.ports.dataset_source import DataLineError, DatasetUnavailableError
from domain.errors import GuildError
from domain.rows import BadRow, NumberedRow
from domain.selection import HUB, Reference, select
from domain.text import printable

_NAME = re.compile(r"[\w.-]+/[\w.-]+(?:/[\w.-]+)?|[\w.-]+", re.ASCII)
_OWNER_AND_NAME = 2
_FAULTS = (
    OSError,
    ValueError,
    LookupError,
    RuntimeError,
    TypeError,
    NotImplementedError,
    pa.ArrowException,
    datasets.exceptions.DatasetsError,
    httpx.HTTPError,
)


def export(reference: Reference, target: Path) -> None:
    """Write the selected rows to a new file, one JSON object a line.

    Rows of the Hub are read as they come over the line, and no further than they are selected;
    programs that come with a data set never run.
    """
    datasets.disable_progress_bars()
    open_ = _on_hub if reference.on_hub else _saved
    try:
        chosen = select(lambda: _numbered(open_(reference)), reference.selection)
        with target.open("x", encoding="utf-8") as file:
            file.writelines(_line(row) + "\n" for row in chosen)
    except _FAULTS as error:
        raise _refusal(reference, str(error)) from error


def _on_hub(reference: Reference) -> Iterable[Any]:
    """Open a data set of the Hub: owner/name, or owner/name/configuration."""
    name = reference.location.removeprefix(HUB)
    if not _NAME.fullmatch(name):
        raise _refusal(reference, "a data set has a name such as hub:owner/name:train")
    parts = name.split("/")
    path, rest = "/".join(parts[:_OWNER_AND_NAME]), parts[_OWNER_AND_NAME:]
    if Path(path).exists():
        raise _refusal(reference, f"here lies something of the name {path}, which comes first")
    if not reference.split:
        names = datasets.get_dataset_split_names(path, *rest)
        raise _refusal(reference, f"name a split: {', '.join(names)}")
    opened: Iterable[Any] = datasets.load_dataset(
        path, *rest, split=reference.split, streaming=True
    )
    return opened


def _saved(reference: Reference) -> Iterable[Any]:
    """Open a folder that save_to_disk has written."""
    saved = datasets.load_from_disk(reference.location, keep_in_memory=False)
    splits = saved if isinstance(saved, datasets.DatasetDict) else {"": saved}
    if reference.split not in splits:
        known = ", ".join(filter(None, splits)) or "none, it is one data set"
        raise _refusal(reference, f"it has no split {reference.split!r}; its splits: {known}")
    opened: Iterable[Any] = splits[reference.split]
    return opened


def _numbered(rows: Iterable[Any]) -> Iterator[NumberedRow | BadRow]:
    yield from enumerate(rows, start=1)


def _line(row: NumberedRow | BadRow) -> str:
    """Write a row as JSON; numbers that JSON does not know become null, dates become texts."""
    content = row.problem if isinstance(row, BadRow) else row[1]
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(_finite(content), ensure_ascii=False, default=str)


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {name: _finite(part) for name, part in value.items()}
        case list() | tuple():
            return [_finite(part) for part in value]
        case _:
            return value


def _refusal(reference: Reference, why: str) -> GuildError:
    where, why = printable(reference.location), printable(why.partition("\n")[0])
    if not reference.on_hub:
        return DataLineError(
            f"{where} cannot be read as a saved data set",
            why=why,
            fix=(f"name a split: {where}:train", "or name one file"),
        )
    return DatasetUnavailableError(
        f"{where} cannot be read from the Hub",
        why=why,
        fix=(
            "try again where the Hub can be reached, and HF_HUB_OFFLINE is not set",
            "or download a file of it and add that",
        ),
    )
