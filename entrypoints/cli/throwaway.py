"""A hall for one training, which is removed afterwards."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from application.ports.hall import HallMissingError
from application.use_cases.create_campaign import CampaignRequest
from application.use_cases.queue_dataset import QueueRequest
from domain.job import Job
from entrypoints.cli.app import App
from entrypoints.cli.references import named

if TYPE_CHECKING:
    from entrypoints.container import Container


def hero_file(app: App, name: str) -> Path | None:
    """Find the file of a hero, None where guild ships it or nobody knows it."""
    from entrypoints import factories

    if name.endswith(".yaml"):
        return Path(factories.hero_of(Path(name).absolute()).origin)
    try:
        found = app.reading.heroes().get(name)
    except HallMissingError:
        if app.home or os.environ.get("GUILD_HOME"):
            raise
        return None
    return Path(found.origin) if found.own else None


def make_hall(beside: Path, name: str) -> Path:
    """Make a hidden hall in a folder: on the disk on which its model should lie."""
    from entrypoints import factories

    beside.mkdir(parents=True, exist_ok=True)
    hall = Path(tempfile.mkdtemp(prefix=f".{name}-hall-", dir=beside))
    factories.create_hall(hall)
    return hall


def furnish(
    app: App, hall: Path, file: Path, hero: Path | str, assignments: tuple[str, ...]
) -> "tuple[Container, Job]":
    """Bring the hero and the data; give the wired hall and the job that waits in it."""
    hero_id = _bring(hero, hall)
    container = app.container_for(hall)
    request = CampaignRequest(name="once", hero_id=hero_id, assignments=assignments)
    container.create_campaign().execute(request)
    with named(str(file), hall) as data:
        wish = QueueRequest(location=data.location, name=data.name, selection=data.selection)
        return container, container.queue_dataset().execute(wish)


def _bring(hero: Path | str, hall: Path) -> str:
    """Lay a copy of a hero's file into the hall, which may be kept; give the hero's id."""
    if isinstance(hero, str):
        return hero
    shutil.copyfile(hero, hall / "heroes" / hero.name)
    return hero.stem
