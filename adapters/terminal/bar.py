"""A progress bar, for a person who watches."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from adapters.terminal.pace import Pace
from adapters.terminal.packing import packing
from adapters.terminal.text import duration, grouped
from domain.job import Job
from domain.reports import Evaluated, JobBroken, JobDone, PackingMade, PhaseBegun, Report, StepDone
from domain.text import printable

_TIMES_A_SECOND = 10


class Bar:
    """Shows step, loss, tokens a second and the time left; the cursor is never hidden."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[numbers]}", markup=False),
            console=console,
            refresh_per_second=_TIMES_A_SECOND,
            redirect_stdout=False,
        )
        self._task = self._progress.add_task("", total=None, numbers="")
        self._pace = Pace()
        self._validation = ""

    def begin(self) -> None:
        """Start anew for another attempt."""
        self._pace, self._validation = Pace(), ""
        self._progress.reset(self._task, total=None, numbers="")

    def tell(self, job: Job, report: Report) -> None:
        """Move the bar."""
        match report:
            case PhaseBegun(phase=phase, detail=detail):
                words = printable(f"{job.ref} {phase.value} {detail}".strip())
                self._progress.update(self._task, description=words)
                self._open()
            case PackingMade(receipt=receipt):
                self._progress.console.out(f"{job.ref} {packing(receipt)}", highlight=False)
            case StepDone():
                self._step(report)
            case Evaluated(loss=loss, campaign_step=step):
                self._validation = f" · val {loss:.3f} @{step}"
            case JobDone() | JobBroken():
                self.close()
            case _:
                pass

    def close(self) -> None:
        """Leave the bar as it stands; it may be opened again."""
        self._progress.stop()

    def _open(self) -> None:
        self._progress.start()
        self._progress.console.show_cursor(show=True)

    def _step(self, done: StepDone) -> None:
        self._pace.add(done)
        rate = self._pace.tokens_per_second()
        speed = f" · {grouped(rate)} tok/s" if rate is not None else ""
        left = duration(self._pace.seconds_left(done))
        self._progress.update(
            self._task,
            completed=done.step,
            total=done.total,
            numbers=f"{done.step}/{done.total} · loss {done.loss:.3f}{self._validation}{speed}"
            f" · {left} left",
        )
