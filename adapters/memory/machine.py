"""A machine that is described, not looked at."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from application.ports.machine import Command, Facts, Machine

_SOUND = Facts(
    python="3.11.7",
    place="/venv",
    sqlite=(3, 51, 3),
    command=Command.OURS,
    command_path="/venv/bin/guild",
    strangers=(),
    gpu_driver="580.10",
)


class MemoryMachine(Machine):
    """A sound machine with a GPU, but for the facts and packages that are given."""

    def __init__(self, packages: Mapping[str, str] | None = None, **facts: Any) -> None:
        sound = {"torch": "2.13.0+cu130", "transformers": "5.20.0"}
        self._packages = sound if packages is None else packages
        self._facts = replace(_SOUND, **facts)

    def facts(self) -> Facts:
        """Give the facts."""
        return self._facts

    def version_of(self, package: str) -> str:
        """Look the package up."""
        return self._packages.get(package, "")
