"""What an examination finds: one check a fact, each problem with its fix."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import GuildError


class State(StrEnum):
    """How a check came out; a warning makes nothing unhealthy."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; fix says what to do, one way a line."""

    name: str
    state: State
    detail: str
    fix: tuple[str, ...] = ()


def passed(name: str, detail: str) -> Check:
    """Give a check that found nothing wrong."""
    return Check(name, State.OK, detail)


def warned(name: str, detail: str, *fix: str) -> Check:
    """Give a check of something that stops nobody."""
    return Check(name, State.WARN, detail, fix)


def failed(name: str, detail: str, *fix: str) -> Check:
    """Give a check of something that stops guild."""
    return Check(name, State.FAIL, detail, fix)


def refused(name: str, error: GuildError) -> Check:
    """Give a refusal as the check that failed."""
    detail = f"{error}: {error.why}" if error.why else str(error)
    return failed(name, detail, *error.fix)


def guarded(name: str, look: Callable[[], Check]) -> Check:
    """Look; what is refused on the way is what the check found."""
    try:
        return look()
    except GuildError as error:
        return refused(name, error)


def worst_last(checks: Sequence[Check]) -> Sequence[Check]:
    """Order by state, and leave the order within one state."""
    return sorted(checks, key=lambda check: list(State).index(check.state))
