"""Share of a step that guild's own callbacks and sinks take, inside a run of 200 steps.

Run:  make bench   (or: .venv/bin/python benchmarks/own_share.py)
Bar:  at most 2 %: thread time of the callbacks, with all that they tell log, numbers, status file
      and terminal, over the wall time of the steps. Saving and evaluation are
      phases of their own and are taken out.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.huggingface.callbacks import Hooks
from adapters.huggingface.run import Run
from application.ports.trainer import Control
from application.use_cases.create_campaign import CampaignRequest
from application.use_cases.queue_dataset import QueueRequest
from domain.job import Completed
from domain.lessons import example, words
from entrypoints import factories
from entrypoints.cli.app import App

STEPS = 200
HOOKS = ("on_step_begin", "on_pre_optimizer_step", "on_substep_end", "on_step_end")


class Stopwatch:
    """Adds up the thread time of the calls that it wraps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def wrap(self, owner: type, name: str) -> None:
        """Time every call of a method."""
        method: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return method(*args, **named)
            finally:
                self.seconds += time.thread_time() - began

        setattr(owner, name, timed)


def write_rows(path: Path, count: int) -> None:
    """Write words to turn around, as quickstart does."""
    with path.open("w", encoding="utf-8") as file:
        for word in words(count, seed=0):
            turns = example("Reverse", word).messages
            said = [{"role": turn.role.value, "content": turn.content} for turn in turns]
            file.write(json.dumps({"messages": said}) + "\n")


def main() -> None:
    """Train 200 steps and print the share."""
    hooks, phases = Stopwatch(), Stopwatch()
    for name in HOOKS:
        hooks.wrap(Hooks, name)
    for name in ("_save", "_evaluate"):
        phases.wrap(Run, name)
    folder = Path(tempfile.mkdtemp(prefix="guild-share-"))
    factories.create_hall(folder / "hall")
    container = App().container_for(folder / "hall")
    container.create_campaign().execute(
        CampaignRequest(name="share", hero_id="tiny-qwen3", assignments=["data.validation_split=0"])
    )
    write_rows(folder / "rows.jsonl", 48 * STEPS)
    request = QueueRequest(location=str(folder / "rows.jsonl"), name="rows.jsonl")
    container.queue_dataset().execute(request)
    job = container.run_next_job().execute(
        [f"hyperparams.max_steps={STEPS}"], control=lambda: Control.GO_ON
    )
    if job is None or not isinstance(job.state, Completed):
        raise SystemExit("the job did not complete")
    steps = job.state.result.seconds - phases.seconds
    own = hooks.seconds - phases.seconds
    print(f"steps            {STEPS}")
    print(f"a step           {1000 * steps / STEPS:.2f} ms")
    print(f"guild's own      {1000 * own / STEPS:.3f} ms a step")
    print(f"share            {100 * own / steps:.2f} %   (bar: 2 %)")


if __name__ == "__main__":
    main()
