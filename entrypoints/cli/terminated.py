"""SIGTERM where no job is in work: the command leaves tidily, as it does after Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Terminated(KeyboardInterrupt):
    """Somebody wants the command to end."""


@contextmanager
def termination_noticed() -> Iterator[None]:
    """Raise Terminated at SIGTERM and SIGHUP; what nohup has set to be ignored stays so."""
    numbers = [signal.SIGTERM, signal.SIGHUP]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(*_: object) -> None:
    raise Terminated
