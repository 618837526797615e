"""How surprised a network is at rows that it was not trained on."""

import math
from collections.abc import Callable
from typing import Any

import torch

from adapters.huggingface.batches import collate_for
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.loss import summed_loss, trained_count
from application.ports.trainer import Control, Course
from domain.result import Cause, TrainingError


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """Control asked to stop in the middle of an evaluation."""


def validation_loss(model: LoadedModel, course: Course, control: Callable[[], Control]) -> float:
    """Give the mean nats per trained token over all held-out rows, whatever their batches.

    Draws no random number, so that training goes on as if nobody had looked.
    """
    total, count = 0.0, 0
    collate = collate_for(packed=course.measured.packed, padding=model.tokenizer.pad_token_id)
    for rows in course.measured:
        if control() is Control.STOP:
            raise Stopped
        batch = collate([course.held_out[row] for row in rows])
        total += _measured(model.network, batch)
        count += trained_count(batch)
    if not math.isfinite(total):
        raise TrainingError(Cause.DIVERGED, "the loss on held-out rows is not a finite number")
    return total / count


def _measured(network: Any, batch: dict[str, torch.Tensor]) -> float:
    was_training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            return float(summed_loss(network, {k: v.to(network.device) for k, v in batch.items()}))
    finally:
        network.train(was_training)
