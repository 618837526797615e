"""What guild says when it refuses: code, exit status, what, why, fix."""

import inspect
from enum import IntEnum, StrEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """How a command ended, for shells and scripts."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    HELD = 5
    CANNOT_HERE = 6
    JOB_ENDED_BADLY = 7
    REMOTE_FAILED = 8
    UNHEALTHY = 9
    NOTHING_TO_DO = 10
    TRY_AGAIN = 75
    INTERRUPTED = 130
    TERMINATED = 143


class ErrorCode(StrEnum):
    """The closed list of what can be refused; docs/errors.md has a line for each."""

    AMBIGUOUS = "E_AMBIGUOUS"
    ARCHITECTURE = "E_LOCKED"
    BAD_NAME = "E_BAD_NAME"
    BAD_SETTING = "E_BAD_SETTING"
    BUSY = "E_LEASE_HELD"
    CHECKPOINT = "E_CHECKPOINT"
    DATA = "E_DATA"
    DATA_LINE = "E_DATA_LINE"
    DISK_FULL = "E_DISK_FULL"
    DUPLICATE = "E_DUPLICATE"
    EXTRA_MISSING = "E_EXTRA_MISSING"
    HALL_EXISTS = "E_HALL_EXISTS"
    HALL_MISSING = "E_NO_HALL"
    HALL_UNSAFE = "E_HALL_UNSAFE"
    HERO_FILE = "E_HERO_FILE"
    ILLEGAL_MOVE = "E_ILLEGAL_MOVE"
    JOB_ENDED = "E_JOB_ENDED"
    LEASE_LOST = "E_LEASE_LOST"
    LOG = "E_LOG"
    LOG_BUSY = "E_LOG_BUSY"
    MODEL_UNAVAILABLE = "E_MODEL_UNAVAILABLE"
    NAME_TAKEN = "E_NAME_TAKEN"
    NOT_FOUND = "E_NOT_FOUND"
    TOO_LONG = "E_TOO_LONG"
    UNKNOWN_KEY = "E_UNKNOWN_KEY"


class GuildError(Exception):
    """Something that guild refuses or cannot do; the docstring is the default message."""

    code: ClassVar[ErrorCode]
    exit_status: ClassVar[ExitStatus] = ExitStatus.REFUSED

    def __init__(
        self, message: str | None = None, *, why: str = "", fix: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or type(self).__name__)
        self.why = why
        self.fix = fix


class NotFoundError(GuildError):
    """Nothing has this name."""

    code = ErrorCode.NOT_FOUND
    exit_status = ExitStatus.NOT_FOUND


class AmbiguousReferenceError(GuildError):
    """Several things fit this reference."""

    code = ErrorCode.AMBIGUOUS
    exit_status = ExitStatus.NOT_FOUND

    def __init__(self, reference: str, candidates: tuple[str, ...]) -> None:
        super().__init__(
            f"'{reference}' fits {len(candidates)} of them",
            why=", ".join(candidates[:5]),
            fix=("type more characters",),
        )
