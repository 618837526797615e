"""A hall with an inbox, at noon."""

from pathlib import Path

import pytest

from adapters.filesystem.inbox import FilesystemInbox
from adapters.memory.clock import MemoryClock
from tests.builders import NOON
from tests.integration.filesystem.around import Around


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    return tmp_path / "my hall"


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock(NOON)


@pytest.fixture
def inbox(hall: Path, clock: MemoryClock) -> FilesystemInbox:
    hall.mkdir()
    return FilesystemInbox(hall, clock, settle_seconds=5)


@pytest.fixture
def outside(hall: Path) -> Around:
    return Around(hall)
