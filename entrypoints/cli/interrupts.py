"""Ctrl-C, SIGTERM, SIGHUP and SIGUSR1 as wishes of a running job, not as its crash."""

import os
import signal
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

import click

from application.ports.processes import Processes
from application.ports.trainer import Control
from domain.errors import ExitStatus

_STATUS = {
    signal.SIGINT: ExitStatus.INTERRUPTED,
    signal.SIGTERM: ExitStatus.TERMINATED,
    signal.SIGHUP: ExitStatus.TERMINATED,
}
# timeout(1) sends each signal twice, to the process and to its group, and a session that ends sends
# SIGHUP beside another one: that is one wish.
_ECHO_SECONDS = 0.1


class Interrupts:
    """While it is open, the first signal asks the job to stop, a second one leaves at once.

    SIGUSR1 asks for a checkpoint. A thread hears the signals, so that they are answered also while
    the job computes or writes in one long call. A SIGHUP that nohup ignores stays ignored.
    That somebody asked is noted in processes until it is closed: for whoever finds a process gone.
    """

    def __init__(self, processes: Processes | None = None) -> None:
        self._processes = processes
        self.received = 0
        self._heard_at = 0.0
        self._save = threading.Event()

    def __enter__(self) -> Self:
        wanted = [
            number
            for number in (*_STATUS, signal.SIGUSR1)
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
        ]
        self._terminals = [output for output in (1, 2) if os.isatty(output)]
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self._woken_before = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _leave_it_to_the_thread) for number in wanted}
        # One that came while the command began has waited for this.
        self._held_before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._held_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._woken_before)
        os.close(self._writing)
        self._thread.join()
        os.close(self._reading)
        if self._processes and self.received:
            with suppress(OSError):
                self._processes.forget_wish(self._processes.this())

    def control(self) -> Control:
        """Tell the job what to do."""
        if self.received:
            return Control.STOP
        if self._save.is_set():
            self._save.clear()
            return Control.CHECKPOINT
        return Control.GO_ON

    @property
    def exit_status(self) -> ExitStatus:
        """Give the status that shells expect of a process that was asked to stop."""
        return _STATUS[signal.Signals(self.received)]

    def _listen(self) -> None:
        while numbers := os.read(self._reading, 64):
            for number in numbers:
                self._hear(number)

    def _hear(self, number: int) -> None:
        if number == signal.SIGUSR1:
            self._save.set()
            _say("heard: a checkpoint is saved after the step in progress")
        elif number in _STATUS and not self.received:
            self.received, self._heard_at = number, time.monotonic()
            if number == signal.SIGHUP:
                _write_to_nowhere(self._terminals)
            self._note()
            _say("stopping after this pass, or this save; again leaves at once")
        elif number in _STATUS and not self._is_echo(number):
            os._exit(_STATUS[signal.Signals(number)])

    def _note(self) -> None:
        if self._processes:
            with suppress(OSError):  # Then it counts as a failure if the process has to be killed.
                self._processes.note_wish()

    def _is_echo(self, number: int) -> bool:
        alike = number == self.received or signal.SIGHUP in {number, self.received}
        return alike and time.monotonic() - self._heard_at <= _ECHO_SECONDS


def _leave_it_to_the_thread(*_: object) -> None:
    """Do nothing: that it is called at all keeps the process alive."""


def _write_to_nowhere(terminals: Iterable[int]) -> None:
    """Let go of a terminal that is gone: an error of it would look like one of the job."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in terminals:
        os.dup2(nowhere, output)
    os.close(nowhere)


def _say(line: str) -> None:
    with suppress(OSError, ValueError):
        click.echo(line, err=True)
