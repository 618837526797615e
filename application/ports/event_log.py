"""Where everything that happened is kept, and where it is never changed."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NewType, Protocol, TypeVar

from domain.campaign_events import CampaignEvent
from domain.dataset import DatasetEvent
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.hall_events import HallEvent
from domain.job_events import JobEvent
from domain.preview import PreviewEvent

Event = JobEvent | CampaignEvent | DatasetEvent | PreviewEvent | HallEvent
Position = NewType("Position", str)
START = Position("")
Outcome = TypeVar("Outcome")


class StaleStreamError(GuildError):
    """Somebody else was faster: the stream is past the expected version."""

    code = ErrorCode.LOG
    exit_status = ExitStatus.TRY_AGAIN


class BrokenLogError(GuildError):
    """The log is not what was written."""

    code = ErrorCode.LOG
    exit_status = ExitStatus.UNHEALTHY


class LogBusyError(GuildError):
    """Another program keeps the log locked."""

    code = ErrorCode.LOG_BUSY
    exit_status = ExitStatus.TRY_AGAIN


@dataclass(frozen=True, slots=True)
class Append:
    """Events for one stream; expected_version None is for observations, which nobody decides on."""

    stream: str
    events: tuple[Event, ...]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event as the log holds it: where, which of its stream, and on whose behalf."""

    position: Position
    stream: str
    version: int
    event: Event
    caused_by: str


class EventLog(Protocol):
    """An append-only history of many streams, and the order between all of them.

    - an append of several streams is whole or not at all, on disk when the call returns;
    - it is refused, with nothing written, unless every stream is at its expected version;
    - versions of a stream count from 1 without gaps, positions grow over all streams;
    - events come back equal to what was appended; a number that is not finite is refused;
    - verify finds an event that was changed, removed or added behind the log's back.
    """

    @abstractmethod
    def append(self, *appends: Append) -> Position:
        """Record events; raise StaleStreamError if someone was faster."""

    @abstractmethod
    def read_stream(self, stream: str) -> Sequence[Recorded]:
        """Give a stream's events, oldest first; an unknown stream has none."""

    @abstractmethod
    def read_after(self, position: Position, limit: int = 1000) -> Sequence[Recorded]:
        """Give the events of all streams past a position; START is before the first."""

    @abstractmethod
    def verify(self) -> None:
        """Raise BrokenLogError if history or what is derived from it does not hold together."""


def decided_again(record: Callable[[], Outcome], tries: int = 5) -> Outcome:
    """Read, decide and append once more when somebody else was faster; the last refusal counts."""
    for _ in range(tries - 1):
        try:
            return record()
        except StaleStreamError:
            continue
    return record()


def job_stream(job_id: str) -> str:
    """Name the stream of a job."""
    return f"job/{job_id}"


def campaign_stream(campaign_id: str) -> str:
    """Name the stream of a campaign."""
    return f"campaign/{campaign_id}"


def dataset_stream(sha256: str) -> str:
    """Name the stream of the bytes with this digest."""
    return f"dataset/{sha256}"


def preview_stream(campaign_id: str) -> str:
    """Name the stream of what a campaign's checkpoints were heard to say."""
    return f"preview/{campaign_id}"


HALL_STREAM = "hall"
