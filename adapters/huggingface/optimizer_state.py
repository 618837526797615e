"""What the optimizer remembers: taken over from another job, and fit to be saved."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from domain.checkpoint import OPTIMIZER
from domain.result import Cause, TrainingError

_UNREADABLE = (EOFError, OSError, RuntimeError, UnpicklingError, ValueError)


def take_over(optimizer: Any, location: str) -> None:
    """Load moments and steps of every weight from a head; rates and settings stay as they are."""
    own = optimizer.state_dict()
    own["state"] = _fitting(_read(location), optimizer, location)
    optimizer.load_state_dict(own)


def all_finite(network: Any, optimizer: Any) -> bool:
    """Tell whether every weight and what is remembered of it is a number, on their own device."""
    remembered = chain.from_iterable(state.values() for state in optimizer.state.values())
    tensors = (each for each in chain(network.parameters(), remembered) if torch.is_tensor(each))
    verdicts = [each.isfinite().all().to(network.device) for each in tensors]
    return bool(torch.stack(verdicts).all())


def _read(location: str) -> Mapping[str, Any]:
    path = Path(location) / OPTIMIZER
    if not path.is_file():
        raise _refused(location, f"{OPTIMIZER} is missing")
    try:
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise _refused(location, f"{OPTIMIZER} cannot be read") from error
    if not (isinstance(found, Mapping) and {"state", "param_groups"} <= found.keys()):
        raise _refused(location, f"{OPTIMIZER} holds no state of an optimizer")
    return dict(found)


def _fitting(found: Mapping[str, Any], optimizer: Any, location: str) -> Mapping[int, Any]:
    weights = list(chain.from_iterable(group["params"] for group in optimizer.param_groups))
    state: Mapping[int, Any] = found["state"]
    if not state or _sizes(found["param_groups"]) != _sizes(optimizer.param_groups):
        raise _refused(location, "it is the state of other weights")
    for number, remembered in state.items():
        if _shapes(remembered) != {tuple(weights[number].shape)}:
            raise _refused(location, "it is the state of weights of other shapes")
    return state


def _sizes(groups: Sequence[Mapping[str, Any]]) -> list[int]:
    return [len(group["params"]) for group in groups]


def _shapes(remembered: Mapping[str, Any]) -> set[tuple[int, ...]]:
    """Give the shapes of the moments of one weight; the count of its steps is a plain number."""
    return {tuple(value.shape) for name, value in remembered.items() if name != "step"}


def _refused(location: str, why: str) -> TrainingError:
    return TrainingError(
        Cause.CONFIG_ERROR,
        f"no optimizer state can be carried over from {location}: {why}",
        fix=("continuation.optimizer_state=reset",),
    )
