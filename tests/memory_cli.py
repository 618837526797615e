"""guild as it is typed, over a hall in memory."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from entrypoints import factories
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from tests.memory_hall import MemoryHall

Guild = Callable[..., Result]


def guild_over(memory: MemoryHall, hall: Path, *options: str) -> Guild:
    """Make the folder of a hall; every line that is run then sees what memory holds."""
    factories.create_hall(hall)

    def run(*line: str) -> Result:
        app = App(override=memory.providers())
        return CliRunner().invoke(guild, ["-C", str(hall), *options, *line], obj=app)

    return run
