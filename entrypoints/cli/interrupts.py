"""Ctrl-C and SIGTERM as a request to stop, not as a crash."""

import signal
from types import FrameType, TracebackType
from typing import Self

from application.ports.trainer import Control
from domain.errors import ExitStatus


class Interrupts:
    """While it is open, the first signal asks the trainer to stop, a second one leaves at once."""

    def __init__(self) -> None:
        self.received = 0

    def __enter__(self) -> Self:
        self._before = {
            number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def control(self) -> Control:
        """Tell the trainer what to do."""
        return Control.STOP if self.received else Control.GO_ON

    @property
    def exit_status(self) -> ExitStatus:
        """Give the status that shells expect of a process that was asked to stop."""
        stopped = self.received == signal.SIGTERM
        return ExitStatus.TERMINATED if stopped else ExitStatus.INTERRUPTED

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        signal.signal(number, signal.SIG_DFL)
