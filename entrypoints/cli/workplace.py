"""Where a command works that needs no hall: in the hall around it, or in a folder for a while."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from application.ports.hall import HallMissingError
from entrypoints.cli.app import App

if TYPE_CHECKING:
    from entrypoints.container import Container


@dataclass(frozen=True, slots=True)
class Workplace:
    """Adapters over a folder, which is a hall or empty."""

    container: "Container"
    folder: Path
    is_hall: bool


@contextmanager
def workplace(app: App, *, needs_hall: bool = False) -> Iterator[Workplace]:
    """Give the hall; without one an empty folder, unless a hall is named or needed."""
    try:
        hall = app.hall
    except HallMissingError:
        if needs_hall or app.home or os.environ.get("GUILD_HOME"):
            raise
        with tempfile.TemporaryDirectory(prefix="guild-") as name:
            folder = Path(name)
            Path(folder, ".guild", "incoming").mkdir(parents=True)
            yield Workplace(app.container_for(folder), folder, is_hall=False)
        return
    yield Workplace(app.reading, hall, is_hall=True)
