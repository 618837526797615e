"""What a job really runs on: read from the objects that will do the work."""

from dataclasses import replace
from typing import Any

import torch

from adapters.huggingface.compiling import is_compiled
from adapters.huggingface.device import device_name
from adapters.huggingface.liger import is_fused
from adapters.huggingface.loaded_model import weights_of
from adapters.huggingface.loop import Loop
from adapters.huggingface.segments import attention_of
from application.ports.trainer import Course
from domain.equipment import Equipment
from domain.result import Cause, TrainingError


def equipment_of(loop: Loop, course: Course) -> Equipment:
    """Look at the network and its trainer before the first step; refuse what nobody asked for."""
    network, hyperparams = loop.model, course.settings.hyperparams
    found = Equipment(
        device=device_name(network.device),
        dtype=", ".join(sorted({_formats(loop, each) for each in network.parameters()})),
        attention=attention_of(network),
        world_size=loop.args.world_size,
        wrapper=type(loop.model_wrapped).__name__,
        parameters=weights_of(network),
        trainable_parameters=sum(
            each.numel() for each in network.parameters() if each.requires_grad
        ),
        tied_weights=_tied(network),
        threads=torch.get_num_threads(),
        micro_batch=hyperparams.per_device_train_batch_size,
        accumulation=hyperparams.gradient_accumulation_steps,
        activation_checkpointing=bool(network.is_gradient_checkpointing),
        compiled=is_compiled(network),
        fused=is_fused(network),
        passed_over=tuple(str(trial) for trial in loop.attentions if trial.refusal),
    )
    if differences := (*found.differences(course.settings), *_own_differences(loop, found)):
        raise TrainingError(
            Cause.CONFIG_ERROR,
            f"the job would not run as it was asked to: {'; '.join(differences)}",
        )
    return found


def _own_differences(loop: Loop, found: Equipment) -> list[str]:
    network = loop.model
    tied = bool(network.config.get_text_config().tie_word_embeddings)
    pairs = {
        "wrapper": (type(network).__name__, found.wrapper),
        "tied weights": (tied, found.tied_weights),
        "device": (loop.args.device.type, network.device.type),
        "number formats": (loop.formats.name, found.dtype),
    }
    return [
        f"{name}: asked {wanted}, found {real}"
        for name, (wanted, real) in pairs.items()
        if wanted != real
    ]


def _formats(loop: Loop, weights: torch.Tensor) -> str:
    return replace(loop.formats, weights=weights.dtype).name


def _tied(network: Any) -> bool:
    """Tell whether the head reads the very memory of the embedding."""
    head, embedding = network.get_output_embeddings(), network.get_input_embeddings()
    return bool(head.weight.data_ptr() == embedding.weight.data_ptr())
