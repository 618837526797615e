"""guild train verify-resume: a killed run that goes on beside one that nothing disturbs."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from domain.errors import ExitStatus
from domain.exactness import COMPARED, StepPair, Trace, first_difference, paired
from entrypoints.cli.app import App
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import Cell, answer
from entrypoints.cli.settings_options import setting_options
from entrypoints.cli.throwaway import furnish, hero_file, make_hall
from entrypoints.cli.trial import CannotVerifyError, Trial

_LEAST_STEPS = 4
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Two runs of the same job: one straight, one killed after a step and resumed from another."""

    straight: Trace
    resumed: Trace
    saved: int
    killed_after: int

    @property
    def pairs(self) -> list[StepPair]:
        """Give the steps of both."""
        return paired(self.straight, self.resumed)

    @property
    def equal(self) -> bool:
        """Tell whether all steps and the weights are the same to the last bit."""
        same = self.straight.weights == self.resumed.weights
        return same and all(pair.equal for pair in self.pairs)


@click.command("verify-resume", cls=GuildCommand)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--hero", required=True, metavar="ID_OR_FILE", help="Who is taught.")
@click.option(
    "--steps",
    type=click.IntRange(min=_LEAST_STEPS),
    default=10,
    show_default=True,
    metavar="K",
    help="Steps of each run; half of them are saved before the kill.",
)
@setting_options
@click.pass_context
def verify_resume(
    context: click.Context, file: Path, hero: str, assignments: tuple[str, ...], *, steps: int
) -> None:
    """Prove that a killed run of FILE goes on to the same weights, on this machine.

    Trains K steps straight in a process of its own; in others K/2 steps, kill -9, and on to K.
    Loss, learning rate and gradient norm of each step and the weights are compared bit for bit.
    Exits 7 where anything differs, 6 where this machine does not compute the same twice. The halls
    for it are made in the folder for temporary files (TMPDIR) and removed.

    \b
    Example:  guild train verify-resume july.jsonl --hero tiny-qwen3 --steps 20
    JSON:     equal, steps[], weights, saved, killed_after
    """
    app = context.ensure_object(App)
    own = hero_file(app, hero)
    # The rows are seen as often as K steps take, where nobody says otherwise.
    wishes = (
        f"hyperparams.num_train_epochs={steps}",
        *assignments,
        f"hyperparams.max_steps={steps}",
        f"hyperparams.save_steps={steps // 2}",
    )
    with _halls(app, file, own or hero, wishes) as halls:
        verdict = _compare(halls)
    _show(app, verdict)
    context.exit(ExitStatus.DONE if verdict.equal else ExitStatus.JOB_ENDED_BADLY)


@contextmanager
def _halls(
    app: App, file: Path, hero: Path | str, assignments: tuple[str, ...]
) -> Iterator[Iterator[Trial]]:
    """Give one furnished hall after the other; none of them stays."""
    folder = Path(tempfile.mkdtemp(prefix="guild-verify-"))

    def trials() -> Iterator[Trial]:
        while True:
            hall = make_hall(folder, "trial")
            container, queued = furnish(app, hall, file, hero, assignments)
            yield Trial(container=container, hall=hall, queued=queued, assignments=assignments)

    try:
        yield trials()
    finally:
        shutil.rmtree(folder)


def _compare(halls: Iterator[Trial]) -> Verdict:
    straight = next(halls).finish()
    for _ in range(_TRIES):
        trial = next(halls)
        beginning = trial.break_off()
        if beginning is not None:
            require_the_same_twice(straight, beginning)
            saved, killed_after = trial.job.checkpoints[-1].step, max(beginning.steps)
            resumed = trial.finish()
            return Verdict(
                straight=straight, resumed=resumed, saved=saved, killed_after=killed_after
            )
    raise CannotVerifyError(
        "the run was over before it could be killed",
        why=f"it has {len(straight.steps)} steps, tried {_TRIES} times",
        fix=("take more --steps", "or more rows, or more epochs"),
    )


def require_the_same_twice(straight: Trace, beginning: Trace) -> None:
    """Refuse a machine on which two runs differ that nothing has disturbed yet."""
    if differing := first_difference(straight, beginning):
        raise CannotVerifyError(
            "this machine does not compute the same twice",
            why=f"step {differing.step} of two undisturbed runs: {differing.difference}",
            fix=(
                "take one thread: --set environment.num_threads=1",
                "or a device whose arithmetic is deterministic",
            ),
        )


def _show(app: App, verdict: Verdict) -> None:
    one, other = verdict.straight.weights, verdict.resumed.weights
    document = {
        "equal": verdict.equal,
        "saved": verdict.saved,
        "killed_after": verdict.killed_after,
        "steps": [
            {"step": p.step, "equal": p.equal, "straight": p.straight, "resumed": p.resumed}
            for p in verdict.pairs
        ],
        "weights": {"equal": one == other, "straight": one, "resumed": other},
    }
    facts: dict[str, Cell] = {
        "killed": f"after step {verdict.killed_after}, resumed from step {verdict.saved}",
        "weights, straight": one,
        "weights, resumed": other,
        "equal": verdict.equal,
    }
    columns = ("STEP", *(name.replace("_", " ").upper() for name in COMPARED), "EQUAL")
    rows = [_row(pair) for pair in verdict.pairs]
    answer(app, "guild.train.verify-resume/1", document, facts=facts, columns=columns, rows=rows)


def _row(pair: StepPair) -> tuple[Cell, ...]:
    shown = (pair.straight.get(name) for name in COMPARED)
    return (pair.step, *shown, f"no: {pair.difference}" if pair.difference else "yes")
