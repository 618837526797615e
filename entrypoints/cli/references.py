"""Datasets as people name them on the command line, brought to where they can be queued from."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from domain.selection import Reference, SelectionError, reference_to
from domain.text import printable

_SAVED = ("state.json", "dataset_dict.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A file to queue; sample is how many rows were asked for, 0 for no sample."""

    location: str
    name: str
    selection: str = ""
    sample: int = 0

    def shortfall(self, rows: int) -> str:
        """Say that there are fewer rows than were asked for, '' where there are not."""
        return f"it has only {rows} rows, all are taken" if rows < self.sample else ""


@contextmanager
def named(text: str, hall: Path) -> Iterator[Named]:
    """Find a file, or write what lies on the Hub or in a saved folder to a file of the hall.

    A name that is there is never read as a selection.
    """
    reference = reference_to(text, os.path.lexists)
    if reference.on_hub or _is_saved(reference.location):
        with _exported(text, reference, hall) as exported:
            yield exported
        return
    if reference.split and not os.path.lexists(reference.location):
        reference = Reference(location=text)
    if reference.split:
        raise SelectionError(text, f"a file has no splits such as {reference.split}")
    path = Path(reference.location)
    yield Named(
        location=str(path.absolute()),
        name=printable(path.name),
        selection=reference.selection,
        sample=reference.sample or 0,
    )


@contextmanager
def _exported(text: str, reference: Reference, hall: Path) -> Iterator[Named]:
    from entrypoints import factories

    name = text if reference.on_hub else Path(text).name
    with factories.exported(hall, reference) as location:
        yield Named(location=location, name=printable(name), sample=reference.sample or 0)


def _is_saved(location: str) -> bool:
    with suppress(OSError):  # a name that is too long is none
        return any(Path(location, name).is_file() for name in _SAVED)
    return False
