"""What a checkpoint holds so that a job can go on from it as if it had never stopped."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch

from adapters.huggingface.lack_of_memory import chain
from adapters.huggingface.loaded_model import LoadedModel
from application.causes import FULL_DISK, cause_of
from domain.batching import StepPlan
from domain.checkpoint import OPTIMIZER
from domain.evaluations import Evaluations
from domain.result import Cause, TrainingError

SCHEDULER = "scheduler.pt"
RANDOMNESS = "rng_state.pth"
STATE = "trainer_state.json"
PLAN = "pack_plan.json"
EVALUATIONS = "evaluations.json"
_SAID_OF_FULL = tuple(map(os.strerror, FULL_DISK))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that a step of training changes, as it is after one."""

    weights: dict[str, Any]
    optimizer: dict[str, Any]
    scheduler: dict[str, Any]
    randomness: dict[str, Any]
    progress: Any
    evaluations: Evaluations

    @classmethod
    def of(cls, training: Any, random_state: dict[str, Any], evaluations: Evaluations) -> "State":
        """Look at a training; its next step changes what was found."""
        return cls(
            weights=training.model.state_dict(),
            optimizer=training.optimizer.state_dict(),
            scheduler=training.lr_scheduler.state_dict(),
            randomness=random_state,
            progress=training.state,
            evaluations=evaluations,
        )


def randomness() -> dict[str, Any]:
    """Take down where all random numbers stand, in the form that transformers reads."""
    state = {
        "python": random.getstate(),
        "numpy": np.random.get_state(),  # noqa: NPY002 - the global one is what dropout code may use
        "cpu": torch.get_rng_state(),
    }
    return {**state, "cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else state


def write_checkpoint(location: str, model: LoadedModel, state: State, plan: StepPlan) -> None:
    """Write weights, tokenizer and the state of training; no file is a program."""
    folder = Path(location)
    model.network.save_pretrained(folder, state_dict=dict(state.weights))
    model.tokenizer.save_pretrained(folder)
    for name, content in (
        (OPTIMIZER, state.optimizer),
        (SCHEDULER, state.scheduler),
        (RANDOMNESS, state.randomness),
    ):
        with (folder / name).open("wb") as file:
            torch.save(content, file)
    state.progress.save_to_json(str(folder / STATE))
    facts = {"digest": plan.batches.digest, "accumulation": plan.accumulation}
    (folder / PLAN).write_text(json.dumps(facts))
    (folder / EVALUATIONS).write_text(json.dumps(state.evaluations.pairs))


def step_of(location: str, plan: StepPlan) -> int:
    """Give the steps that a checkpoint of this job has behind it, or refuse the checkpoint."""
    folder = Path(location)
    for name in (OPTIMIZER, SCHEDULER, RANDOMNESS, STATE, PLAN):
        if not (folder / name).is_file():
            raise _untrusted(location, f"{name} is missing")
    try:
        state = json.loads((folder / STATE).read_text())
        step, planned = int(state["global_step"]), int(state["max_steps"])
        facts = json.loads((folder / PLAN).read_text())
        digest, accumulation = facts["digest"], facts["accumulation"]
    except (KeyError, TypeError, ValueError) as error:
        raise _untrusted(location, f"{STATE} or {PLAN} cannot be read") from error
    if planned != plan.total:
        raise _untrusted(location, f"it is of a job of {planned} steps, this one has {plan.total}")
    if (digest, accumulation) != (plan.batches.digest, plan.accumulation):
        raise _untrusted(location, "its rows were grouped otherwise than those of this job")
    return step


def evaluations_of(location: str) -> list[tuple[int, float]]:
    """Give steps and losses of the evaluations that led to a checkpoint; older ones kept none."""
    path = Path(location) / EVALUATIONS
    if not path.is_file():
        return []
    try:
        return [(int(step), float(loss)) for step, loss in json.loads(path.read_text())]
    except (TypeError, ValueError) as error:
        raise _untrusted(location, f"{EVALUATIONS} cannot be read") from error


@contextmanager
def programs_refused(location: str) -> Iterator[None]:
    """Say in the words of a job's causes that a file of a checkpoint is more than numbers."""
    try:
        yield
    except UnpicklingError as error:
        raise _untrusted(location, "a file of its state is a program, or is damaged") from error


@contextmanager
def full_disk_noticed(to_do: str) -> Iterator[None]:
    """Say disk full in the words of a job's causes."""
    try:
        yield
    except Exception as error:  # the tokenizers of Rust raise nothing more precise
        if any(_says_full(each) for each in chain(error)):
            raise TrainingError(Cause.DISK_FULL, f"no space is left to {to_do}") from error
        raise


def _says_full(error: Exception) -> bool:
    return cause_of(error) is Cause.DISK_FULL or any(words in str(error) for words in _SAID_OF_FULL)


def _untrusted(location: str, why: str) -> TrainingError:
    return TrainingError(
        Cause.UNTRUSTED_CHECKPOINT, f"training cannot go on from {location}: {why}"
    )
