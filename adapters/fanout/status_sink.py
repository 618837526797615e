"""One sink that tells many."""

from collections.abc import Callable, Sequence

from application.ports.status_sink import StatusSink
from domain.job import Job
from domain.reports import Report


class FanoutStatusSink(StatusSink):
    """Tells the recorder, which may stop the job by failing, and then the watchers, which may not.

    A watcher that fails is not told any more; warn hears about it once.
    """

    def __init__(
        self, recorder: StatusSink, watchers: Sequence[StatusSink], warn: Callable[[str], None]
    ) -> None:
        self._recorder = recorder
        self._watchers = list(watchers)
        self._warn = warn

    def tell(self, job: Job, report: Report) -> None:
        """Tell all, in their order."""
        self._recorder.tell(job, report)
        for watcher in tuple(self._watchers):
            try:
                watcher.tell(job, report)
            except Exception as error:  # noqa: BLE001 - watching never harms the job
                self._watchers.remove(watcher)
                self._warn(f"{type(watcher).__name__} no longer shows the job: {error!r}")
