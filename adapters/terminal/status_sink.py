"""How the running job goes, for whoever sits at the terminal or reads its log."""

from rich.console import Console
from rich.text import Text

from adapters.terminal.bar import Bar
from adapters.terminal.lines import Lines
from application.ports.clock import Clock
from application.ports.status_sink import StatusSink
from domain.job import Job
from domain.reports import Report, Warned
from domain.text import printable


class TerminalStatusSink(StatusSink):
    """Shows progress on a console, as a bar on a terminal and as lines elsewhere.

    A quiet one shows warnings and nothing else.
    """

    def __init__(self, console: Console, clock: Clock, *, tty: bool, quiet: bool = False) -> None:
        self._console = console
        self._view: Bar | Lines | None = None
        if not quiet:
            self._view = Bar(console) if tty else Lines(console, clock)
        self._attempt = ("", 0)

    def tell(self, job: Job, report: Report) -> None:
        """Show a report."""
        if isinstance(report, Warned):
            words = Text.assemble(("warning:", "yellow"), f" {printable(report.message)}")
            self._console.print(words, soft_wrap=True)
        elif self._view:
            if (job.id, job.attempts) != self._attempt:
                self._view.begin()
                self._attempt = (job.id, job.attempts)
            self._view.tell(job, report)

    def close(self) -> None:
        """Leave the terminal as it was found, below the bar."""
        if self._view:
            self._view.close()
