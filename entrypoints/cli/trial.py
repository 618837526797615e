"""One job in a throw-away hall, trained by processes that may be killed."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.exactness import COMPARED, Trace
from domain.job import Completed, Job
from entrypoints import factories

if TYPE_CHECKING:
    from entrypoints.container import Container

_BLINK = 0.005
_LINES = 6
# The child finds guild where this process found it, never in the folder where it was started.
_GUILD = (sys.executable, "-P", "-m", "entrypoints.cli.main")


class CannotVerifyError(GuildError):
    """Whether a resumed run is exact cannot be found out here."""

    code = ErrorCode.JOB_ENDED
    exit_status = ExitStatus.CANNOT_HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A hall with one job in it; assignments are the settings of its first start."""

    container: "Container"
    hall: Path
    queued: Job
    assignments: tuple[str, ...]

    @property
    def job(self) -> Job:
        """Give the job as it stands."""
        job: Job = self.container.jobs().get(self.queued.id)
        return job

    @property
    def trace(self) -> Trace:
        """Give the numbers of all steps so far, and the weights if the job is done."""
        metrics, job = self.container.metrics(), self.job
        series = {name: metrics.series(job.id, name) for name in COMPARED}
        return Trace.of(series, self._weights(job))

    def finish(self) -> Trace:
        """Train to the end."""
        with self._training() as process:
            process.wait()
        return self.trace

    def break_off(self) -> Trace | None:
        """Kill the training right after a step past a saved one; None if it was over before."""
        with self._training() as process:
            while process.poll() is None and not self._past_a_save():
                time.sleep(_BLINK)
        over = isinstance(self.job.state, Completed) or len(self.job.checkpoints) != 1
        return None if over else self.trace

    def _past_a_save(self) -> bool:
        saved, done = self.job.checkpoints, self.container.metrics().series(self.queued.id, "loss")
        return bool(saved and done) and done[-1][0] > saved[-1].step

    @contextmanager
    def _training(self) -> "Iterator[subprocess.Popen[bytes]]":
        """Run `guild train next`; it does not outlive the block, and must not end badly in it."""
        wishes = () if self.job.attempts else self.assignments
        pairs = [part for assignment in wishes for part in ("--set", assignment)]
        line = [*_GUILD, "-C", str(self.hall), "--quiet", "train", "next", *pairs]
        silent = subprocess.DEVNULL
        with tempfile.TemporaryFile() as said:
            with subprocess.Popen(  # noqa: S603 - guild itself
                line, stdin=silent, stdout=said, stderr=said
            ) as process:
                try:
                    yield process
                finally:
                    process.kill()
            if process.returncode > 0:
                raise CannotVerifyError("the training did not end well", why=_end_of(said))

    def _weights(self, job: Job) -> str:
        if not isinstance(job.state, Completed):
            return ""
        checkpoint = job.state.result.checkpoint
        self.container.checkpoints().verify(checkpoint)
        return factories.weights_digest(Path(self.container.checkpoints().locate(checkpoint)))


def _end_of(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").splitlines()
    return "; ".join(line.strip() for line in lines[-_LINES:] if line.strip())
