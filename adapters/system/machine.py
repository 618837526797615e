"""This machine, as its files and the lists of installed packages describe it."""

import platform
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path

from application.ports.machine import Command, Facts, Machine

OURS = ("domain", "application", "adapters", "entrypoints")
_ROOT = Path(__file__).resolve().parents[2]
_DRIVER = Path("/proc/driver/nvidia/version")
_DISTRIBUTION = "guild-trainer"
_PROGRAM = "entrypoints.cli.main"
_LARGEST_SCRIPT = 10_000


class SystemMachine(Machine):
    """Looks for the command on a search path such as that of the variable PATH."""

    def __init__(self, search_path: str, driver: Path = _DRIVER) -> None:
        self._search_path, self._driver = search_path, driver

    def facts(self) -> Facts:
        """Read files; import nothing."""
        path = shutil.which("guild", path=self._search_path) or ""
        return Facts(
            python=platform.python_version(),
            place=sys.prefix,
            sqlite=sqlite3.sqlite_version_info,
            command=_whose(Path(path)) if path else Command.ABSENT,
            command_path=path,
            strangers=(*_elsewhere(), *_shared()),
            gpu_driver=_version_in(self._driver),
        )

    def version_of(self, package: str) -> str:
        """Ask the list of installed packages, which a build of torch is named in as well."""
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError:
            return ""


def _whose(path: Path) -> Command:
    """Tell by what the script starts: another package may have written over ours."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            script = file.read(_LARGEST_SCRIPT)
    except OSError:
        return Command.FOREIGN
    if _PROGRAM not in script:
        return Command.FOREIGN
    return Command.OURS if path.resolve() in _scripts() else Command.ANOTHER


def _scripts() -> set[Path]:
    try:
        files = metadata.files(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return set()
    return {Path(str(file.locate())).resolve() for file in files if file.name == "guild"}


def _elsewhere() -> Iterator[str]:
    for name in OURS:
        spec = util.find_spec(name)
        place = Path(spec.origin).resolve() if spec and spec.origin else None
        if place != _ROOT / name / "__init__.py":
            yield f"'{name}' is loaded from {place or 'nowhere'}, not from {_ROOT}"


def _shared() -> Iterator[str]:
    owners = metadata.packages_distributions()
    for name in OURS:
        for owner in sorted(set(owners.get(name, ())) - {_DISTRIBUTION}):
            yield f"the package {owner} brings a '{name}' of its own"


def _version_in(driver: Path) -> str:
    try:
        text = driver.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    found = re.search(r"\d+\.\d+(\.\d+)*", text)
    return found[0] if found else "of an unknown version"
