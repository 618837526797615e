"""Datasets on their way into the hall."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.dataset import Dataset, Priority
from domain.errors import ErrorCode, ExitStatus, GuildError


class UnreadableFileError(GuildError):
    """A file is missing, empty, or not a file at all."""

    code = ErrorCode.DATA


class MissingFileError(UnreadableFileError):
    """There is no such file."""

    code = ErrorCode.NOT_FOUND
    exit_status = ExitStatus.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(f"cannot read {name}: there is no such file")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that somebody put into a queue folder."""

    location: str
    name: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class Staged:
    """A private copy of a file, not yet part of the hall; rows of it can be read by location."""

    dataset: Dataset
    location: str


class Inbox(Protocol):
    """Files become datasets: copied, hashed, kept under their digest.

    - an arrival is a file whose writer has finished with it;
    - what is staged and not kept leaves nothing behind;
    - what is kept can be read by its digest, stays equal, and is never overwritten;
    - keeping twice is keeping once; a refused arrival is set aside with the reason, not deleted.
    """

    @abstractmethod
    def arrivals(self) -> Sequence[Arrival]:
        """List what has arrived, oldest first."""

    @abstractmethod
    def stage(self, location: str) -> Staged:
        """Copy a file and hash the copy; raise UnreadableFileError."""

    @abstractmethod
    def keep(self, staged: Staged) -> None:
        """Make the copy part of the hall."""

    @abstractmethod
    def discard(self, staged: Staged) -> None:
        """Forget the copy."""

    @abstractmethod
    def clear(self, arrival: Arrival, refusal: str = "") -> None:
        """Take an arrival out of the queue folder: its bytes are kept, or it is set aside."""
