"""What can happen to a hall as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.result import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class HallPaused:
    """No job is begun until the cause is gone; needed counts the bytes that a checkpoint takes."""

    at: datetime
    cause: Cause
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HallResumed:
    """Jobs are begun again."""

    at: datetime


HallEvent = HallPaused | HallResumed


def pause_in(history: Iterable[object]) -> HallPaused | None:
    """Give the pause that a hall is in, None if it is in none; other events change nothing."""
    pause = None
    for event in history:
        match event:
            case HallPaused():
                pause = event
            case HallResumed():
                pause = None
    return pause
