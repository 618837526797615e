"""Signals where no job is in work: the command leaves tidily, as it does after Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Terminated(KeyboardInterrupt):
    """Somebody wants the command to end."""


@contextmanager
def termination_noticed() -> Iterator[None]:
    """Raise Terminated at SIGTERM and SIGHUP; what nohup has set to be ignored stays so.

    SIGUSR1, which asks a job for a checkpoint, waits until one is in work, or for nothing.
    """
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    numbers = [signal.SIGTERM, signal.SIGHUP]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        yield
    finally:
        _forget(signal.SIGUSR1)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        for number, handler in before.items():
            signal.signal(number, handler)


def _forget(number: signal.Signals) -> None:
    """Drop a signal that waits: it is for nobody any more."""
    if number in signal.sigpending():
        signal.sigwait({number})


def _leave(*_: object) -> None:
    raise Terminated
