"""One thread that works beside the one that trains; nothing waits in line for it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from types import TracebackType
from typing import Self

from application.ports.trainer import Announce


class Writer:
    """Makes one checkpoint at a time; its announcement, or its error, comes out in who settles.

    When it is closed nothing is left to do; after an error of somebody else, that one counts.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._pending: Future[Announce] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._thread:
            if error is None:
                self.settle()
            else:
                with suppress(Exception):
                    self.settle()

    @property
    def busy(self) -> bool:
        """Tell whether somebody who settles would have to wait."""
        return self._pending is not None and not self._pending.done()

    def begin(self, make: Callable[[], Announce]) -> None:
        """Make a checkpoint, once the one before is made."""
        self.settle()
        self._pending = self._thread.submit(make)

    def settle(self) -> None:
        """Wait for what was begun, and announce it."""
        if (pending := self._pending) is None:
            return
        wait([pending])  # may be cut off by an interruption, and is then still to be settled
        self._pending = None
        pending.result()()

    def done_within(self, seconds: float) -> bool:
        """Wait for what was begun, but not longer; tell whether nothing is under way any more."""
        if self._pending is not None:
            wait([self._pending], timeout=seconds)
        return not self.busy
