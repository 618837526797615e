"""What a training loop takes, measured in the process that runs it and in the same way for all.

The clock starts when the loop does (on_train_begin) and is read at the end of each step, so that
loading, preparing and saving are left out. Memory is the highest resident set of the loop, less
that of the process after its imports.
"""

import json
import time
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback

# AdamW really steps, but no weight changes, so that every order of the rows gives the same loss.
LEARNING_RATE = 1e-20
IGNORED = -100
LONGEST = 1024

Row = dict[str, list[int]]


class Meter:
    """Clocks, memory and the sum of the losses of one loop."""

    def __init__(self) -> None:
        self._imported = resident("VmRSS")
        self._cpu = self._wall = self._nats = 0.0
        self._taken: dict[str, float] = {}
        self._steps = self._loss_tokens = 0

    def begin(self) -> None:
        """Forget what was needed before the loop."""
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def step(self) -> None:
        """Read the clocks at the end of a step; the last reading counts."""
        self._steps += 1
        self._taken = {
            "cpu_seconds": time.process_time() - self._cpu,
            "wall_seconds": time.perf_counter() - self._wall,
            "memory": resident("VmHWM") - self._imported,
        }

    def count(self, mean: float, loss_tokens: int) -> None:
        """Add the mean loss of so many tokens."""
        self._nats += mean * loss_tokens
        self._loss_tokens += loss_tokens

    def tell(self, model: Any) -> None:
        """Print everything as one line of JSON."""
        facts = {
            **self._taken,
            "steps": self._steps,
            "loss_tokens": self._loss_tokens,
            "loss": self._nats / self._loss_tokens,
            "threads": torch.get_num_threads(),
            "dtype": str(next(model.parameters()).dtype),
        }
        print("\n" + json.dumps(facts))


class Watch(TrainerCallback):
    """Watches any trainer that descends from transformers'; its steps are single passes."""

    def __init__(self) -> None:
        self._meter, self._model = Meter(), None
        go_through = Trainer.training_step

        def training_step(trainer: Any, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
            wanted = inputs["labels"][:, 1:]
            loss = go_through(trainer, model, inputs, *rest, **named)
            self._meter.count(float(loss), int((wanted != IGNORED).sum()))
            return loss

        Trainer.training_step = training_step

    def on_train_begin(self, *_: Any, model: Any, **__: Any) -> None:
        """Start the clocks."""
        self._model = model
        self._meter.begin()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Read them."""
        self._meter.step()

    def tell(self) -> None:
        """Print what was seen."""
        self._meter.tell(self._model)


def resident(what: str) -> int:
    """Give the bytes of memory of this process: VmRSS is now, VmHWM the most so far."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024


def rows_of(folder: Path) -> list[Row]:
    """Read the rows that guild prepared: ids, and labels where a token is not to be learned."""
    lines = (folder / "rows.jsonl").read_text(encoding="ascii").splitlines()
    return [json.loads(line) for line in lines]


def model_of(folder: Path) -> str:
    """Give the folder of the model that all of them train."""
    return str((folder / "model").resolve())
