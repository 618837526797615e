"""What an earlier trainer left behind."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from domain.errors import ErrorCode, ExitStatus, GuildError


class PredecessorFileError(GuildError):
    """A predecessor's file cannot be read."""

    code = ErrorCode.BAD_SETTING


class PredecessorMissingError(PredecessorFileError):
    """There is no such file of a predecessor."""

    code = ErrorCode.NOT_FOUND
    exit_status = ExitStatus.NOT_FOUND

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place}: there is no such file",
            fix=("name config.json itself, or the folder that holds campaign.json",),
        )


class Predecessor(Protocol):
    """Settings and campaigns of an earlier trainer, as it wrote them.

    - every leaf comes once, under its dotted key: a text, a number, true, false, null or a list;
    - a key that is said twice is refused, also when once nested and once with a dot;
    - where nothing is (PredecessorMissingError), or something else, it is refused with the place;
    - nothing there is ever changed.
    """

    @abstractmethod
    def settings(self, place: str) -> Mapping[str, object]:
        """Read a file of settings; raise PredecessorFileError."""

    @abstractmethod
    def campaign(self, place: str) -> Mapping[str, object]:
        """Read what a campaign's folder says of it; raise PredecessorFileError."""
