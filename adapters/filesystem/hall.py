"""The folder that guild works in: made, found, and checked for others who could change it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from adapters.filesystem.atomic import private_folder, write_atomically
from application.ports.hall import HallExistsError, HallMissingError, HallUnsafeError
from domain.dataset import Priority
from domain.job import JobStatus

MARK = "guild.yaml"
FOLDERS = (
    *(f"queue/{priority}" for priority in Priority),
    *(f"queue/{status}" for status in JobStatus if status is not JobStatus.QUEUED),
    "queue/rejected",
    "heroes",
    "datasets",
    "campaigns",
    "status",
    ".guild/incoming",
)
_SETTINGS = """\
# The settings of this hall. They win over those of the hero and the campaign, and give way to
# the environment and to flags. A file without settings is fine: every one has a default.
#
# hyperparams:
#   learning_rate: 2e-4
#   max_length: 2048
# monitoring:
#   preview_backend: local
"""
_NOT_FOR_GIT = "/.guild/\n/campaigns/\n/datasets/\n/queue/\n/status/\n"
_FILES = {".gitignore": _NOT_FOR_GIT, MARK: _SETTINGS}

Made = Literal["created", "kept"]


def create_hall(root: Path) -> list[tuple[Path, Made]]:
    """Make a hall and keep what lies there; guild.yaml comes last, so a crash leaves no hall."""
    if (root / MARK).exists():
        raise HallExistsError(str(root))
    made = [_folder(root)] + [_folder(root / name) for name in FOLDERS]
    root.chmod(0o700)
    return made + [_file(root / name, text) for name, text in _FILES.items()]


def find_hall(start: Path, home: str | None, environment: Mapping[str, str]) -> Path:
    """Find the hall: a given one, else that of GUILD_HOME, else the nearest parent of start."""
    if named := home or environment.get("GUILD_HOME"):
        root = Path(named).expanduser().resolve()
        if not (root / MARK).is_file():
            raise HallMissingError(str(root))
        return root
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / MARK).is_file():
            return folder
    raise HallMissingError(f"{start.resolve()} or above it")


def check_hall(root: Path) -> None:
    """Refuse a hall that somebody else owns or may write to."""
    for folder in (root, root / ".guild", *(root / name for name in FOLDERS)):
        if folder.is_dir():
            _check_folder(folder)


def _check_folder(folder: Path) -> None:
    facts = folder.stat()
    if facts.st_uid != os.geteuid():
        raise HallUnsafeError(str(folder), f"user {facts.st_uid} owns it")
    if facts.st_mode & 0o022:
        mode = f"{facts.st_mode & 0o777:o}"
        raise HallUnsafeError(str(folder), f"others may write to it (mode {mode})")


def _folder(path: Path) -> tuple[Path, Made]:
    if path.is_dir():
        return path, "kept"
    return private_folder(path), "created"


def _file(path: Path, text: str) -> tuple[Path, Made]:
    if path.exists():
        return path, "kept"
    write_atomically(path, text)
    return path, "created"
