"""The right of one process to run one job until a time."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import ErrorCode, ExitStatus, GuildError


class LeaseLostError(GuildError):
    """Somebody else holds the job by now; nothing of this attempt is recorded any more."""

    code = ErrorCode.LEASE_LOST
    exit_status = ExitStatus.HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process, told apart from a later one of its number; started is in seconds since boot."""

    host: str
    boot_id: str
    pid: int
    started: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Owner, fencing token and end of a claim; a higher fence is a later claim."""

    owner: Owner
    fence: int
    until: datetime


def is_orphaned(lease: Lease, *, alive: bool, here: str, now: datetime) -> bool:
    """Tell whether nobody holds the job any more.

    On this host the process itself is the proof; of another host only the lease's end can be known.
    """
    return not alive or (lease.owner.host != here and lease.until < now)
