"""The state of training as it was after a step, while the next ones change it."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch

from adapters.huggingface.checkpoints import State

_ROOM = 2
_Copies = dict[tuple[Any, ...], torch.Tensor]


class Snapshots:
    """Copies in host memory, each in the place of the one before; free_memory counts bytes."""

    def __init__(self, free_memory: Callable[[], int]) -> None:
        self._free_memory = free_memory
        self._places: _Copies = {}

    def take(self, state: State) -> State | None:
        """Copy a state, or give None where free memory is not twice as much."""
        content = {name: getattr(state, name) for name in ("weights", "optimizer", "scheduler")}
        if not self._places and self._free_memory() < _ROOM * size_of(content):
            return None
        copied = self._copied(content, (), {})
        return replace(state, progress=deepcopy(state.progress), **copied)

    def _copied(self, value: Any, path: tuple[Any, ...], done: _Copies) -> Any:
        """Copy what can change; tensors that share their memory share it in the copy, too."""
        match value:
            case torch.Tensor():
                identity = _identity(value)
                if identity not in done:
                    done[identity] = self._place(value, path).copy_(value)
                return done[identity]
            case Mapping():
                return {
                    name: self._copied(each, (*path, name), done) for name, each in value.items()
                }
            case list() | tuple():
                kept = (self._copied(each, (*path, at), done) for at, each in enumerate(value))
                return type(value)(kept)
            case _:
                return value

    def _place(self, tensor: torch.Tensor, path: tuple[Any, ...]) -> torch.Tensor:
        key = (*path, tensor.shape, tensor.dtype)
        if key not in self._places:
            # What a GPU copies into pinned memory, it copies several times as fast.
            self._places[key] = torch.empty(
                tensor.shape, dtype=tensor.dtype, pin_memory=tensor.is_cuda
            )
        return self._places[key]


def size_of(value: Any) -> int:
    """Give the bytes of all tensors, those that share their memory once."""
    return sum({_identity(each): each.nbytes for each in _tensors(value)}.values())


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    match value:
        case torch.Tensor():
            yield value
        case Mapping():
            for each in value.values():
                yield from _tensors(each)
        case list() | tuple():
            for each in value:
                yield from _tensors(each)


def _identity(tensor: torch.Tensor) -> tuple[Any, ...]:
    return tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype
