"""Lines of key=value, for logs and for terminals that are none."""

import json

from rich.console import Console

from adapters.terminal.pace import Pace
from adapters.terminal.packing import packing
from application.ports.clock import Clock
from domain.job import Job
from domain.reports import Evaluated, JobBroken, JobDone, PackingMade, PhaseBegun, Report, StepDone
from domain.text import printable

_SECONDS_APART = 10.0
_LINES_A_JOB = 20


class Lines:
    """One line for each phase and end, and for steps 10 s or 5 % apart, whichever is later."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Start anew for another attempt."""
        self._pace = Pace()
        self._validation: dict[str, object] = {}
        self._last_time, self._last_step = self._clock.monotonic(), 0

    def tell(self, job: Job, report: Report) -> None:
        """Write a line, if one is due."""
        match report:
            case PhaseBegun(phase=phase, detail=detail):
                self._write(job, {"phase": phase.value, "detail": detail or None})
            case PackingMade(receipt=receipt):
                self._write(job, {"packing": packing(receipt)})
            case StepDone():
                self._step(job, report)
            case Evaluated(loss=loss, campaign_step=step):
                self._validation = {"val": f"{loss:.4f}", "val_step": step}
            case JobDone(result=result):
                final = None if result.final_loss is None else f"{result.final_loss:.4f}"
                self._write(job, {"ended": result.ending.value, "loss": final, **self._validation})
            case JobBroken(cause=cause, message=message):
                self._write(job, {"ended": cause.value, "message": message})
            case _:
                pass

    def close(self) -> None:
        """Nothing is open."""

    def _step(self, job: Job, done: StepDone) -> None:
        self._pace.add(done)
        now = self._clock.monotonic()
        far = (done.step - self._last_step) * _LINES_A_JOB >= done.total
        if not far or now - self._last_time < _SECONDS_APART:
            return
        self._last_time, self._last_step = now, done.step
        rate = self._pace.tokens_per_second()
        numbers = {
            "step": done.step,
            "of": done.total,
            "loss": f"{done.loss:.4f}",
            "lr": f"{done.learning_rate:.3g}",
            "tok_s": None if rate is None else f"{rate:.0f}",
            "eta_s": f"{self._pace.seconds_left(done):.0f}",
        }
        self._write(job, {**numbers, **self._validation})

    def _write(self, job: Job, facts: dict[str, object]) -> None:
        known = {"job": job.ref, **facts}
        words = [f"{key}={_word(str(fact))}" for key, fact in known.items() if fact is not None]
        self._console.out(f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}", *words, highlight=False)


def _word(text: str) -> str:
    shown = printable(text)
    plain = shown and not set(shown) & set(' "=')
    return shown if plain else json.dumps(shown, ensure_ascii=False)
