"""The machine and the installation that guild runs on."""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Command(StrEnum):
    """Whose `guild` a shell would start."""

    OURS = "ours"
    ANOTHER = "another"
    FOREIGN = "foreign"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known without loading any library.

    place is the folder of the Python; command_path is '' where command is ABSENT; strangers
    say what else bears the name of one of guild's packages; gpu_driver is '' where none is loaded.
    """

    python: str
    place: str
    sqlite: tuple[int, ...]
    command: Command
    command_path: str
    strangers: tuple[str, ...]
    gpu_driver: str


class Machine(Protocol):
    """Facts about this machine.

    - finding them out imports no package and starts no process;
    - a package that is not installed has no version, and neither has one of an unknown name.
    """

    @abstractmethod
    def facts(self) -> Facts:
        """Look around."""

    @abstractmethod
    def version_of(self, package: str) -> str:
        """Give the version of an installed package, '' for any other."""
