"""How surprised a network is at rows that it was not trained on."""

import math
from collections.abc import Callable
from typing import Any

import torch

from adapters.huggingface.batches import Batch, collate_for, on_device
from adapters.huggingface.compiling import as_written
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.loss import SummedLoss, trained_count
from application.ports.trainer import Course
from domain.result import Cause, TrainingError


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """Somebody wants the end in the middle of an evaluation."""


def validation_loss(model: LoadedModel, course: Course, may_go_on: Callable[[], bool]) -> float:
    """Give the mean nats per trained token over all held-out rows, whatever their batches.

    Draws no random number, so that training goes on as if nobody had looked.
    """
    with as_written(model.network):
        return _validation_loss(model, course, may_go_on)


def _validation_loss(model: LoadedModel, course: Course, may_go_on: Callable[[], bool]) -> float:
    total, count = 0.0, 0
    summed_loss = SummedLoss(model.network, model.products)
    padding, packed = model.tokenizer.pad_token_id, course.measured.packed
    collate = collate_for(course.settings, packed=packed, padding=padding)
    for rows in course.measured:
        if not may_go_on():
            raise Stopped
        for batch in collate([course.held_out[row] for row in rows]):
            total += _measured(model.network, summed_loss, batch)
            count += trained_count(batch)
    if not math.isfinite(total):
        raise TrainingError(Cause.DIVERGED, "the loss on held-out rows is not a finite number")
    return total / count


def _measured(network: Any, summed_loss: SummedLoss, batch: Batch) -> float:
    was_training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            return float(summed_loss(network, on_device(batch, network.device)))
    finally:
        network.train(was_training)
