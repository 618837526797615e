"""What a job would run on here, tried with the tiny model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from adapters.huggingface.attention import trials
from adapters.huggingface.batches import on_device, padded_tensors
from adapters.huggingface.cautions import crowding_of
from adapters.huggingface.cores import allowed_cores, quota
from adapters.huggingface.device import TORCHS_CHOICE, device, device_name, threads_for
from adapters.huggingface.loss import SummedLoss
from adapters.huggingface.precision import (
    at_least_float32,
    choose_precision,
    has_bfloat16,
    multiplying_in,
)
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network
from adapters.huggingface.trial import import_refusal
from application.ports.engine_probe import BrokenEngineError, EngineFacts, EngineProbe
from domain.masking import Encoded, Span
from domain.settings.environment import Environment
from domain.settings.model import Precision

_VOCABULARY, _TOKENS = 500, 600  # more than one chunk of the loss
_TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 2e-2}


class HuggingFaceEngineProbe(EngineProbe):
    """Builds the tiny model on the device of a job; busy gives the cores that others take."""

    def __init__(self, busy: Callable[[], float]) -> None:
        self._busy = busy

    def facts(self) -> EngineFacts:
        """Watch the cores before anything is computed, then try the rest."""
        crowding = crowding_of(threads_for(Environment()), self._busy())
        try:
            place = device()
            formats = choose_precision(Precision.AUTO, place)
            with silence(), _threads(crowding.threads):
                network = build_network(0, _VOCABULARY, _TOKENS).to(
                    device=place, dtype=formats.weights
                )
                wrong = _loss_refusal(network, formats.products)
                attentions = tuple(trials(network, products=formats.products))
        except (RuntimeError, NotImplementedError) as error:
            raise BrokenEngineError(
                "the smallest model does not run here",
                why=str(error).partition("\n")[0],
                fix=("install a build of torch that fits this machine",),
            ) from error
        return EngineFacts(
            device=device_name(place),
            on_gpu=place.type == "cuda",
            dtype=formats.name,
            bfloat16=has_bfloat16(place),
            preferred=TORCHS_CHOICE,
            allowed=len(allowed_cores()),
            quota=quota(),
            crowding=crowding,
            attentions=attentions,
            flash_attention=import_refusal("flash_attn"),
            loss=wrong,
        )


def _loss_refusal(network: Any, products: torch.dtype | None) -> str:
    """Compare the loss in chunks with that of all logits at once, and the gradients of both."""
    row = Encoded(
        number=1,
        ids=tuple(3 + place * 7 % (_VOCABULARY - 3) for place in range(_TOKENS)),
        trained=(Span(1, _TOKENS),),
    )
    batch = on_device(padded_tensors([row], 0), network.device)
    chunked = _with_gradient(network, SummedLoss(network, products)(network, batch))
    with multiplying_in(products, network.device):
        logits = network(input_ids=batch["input_ids"], use_cache=False).logits.flatten(0, 1)
    said = at_least_float32(logits.index_select(0, batch["places"]))
    whole = _with_gradient(network, cross_entropy(said, batch["targets"], reduction="sum"))
    off = max(
        float((mine - other).norm() / other.norm())
        for mine, other in zip(chunked, whole, strict=True)
    )
    return "" if off <= _TOLERANCE[products or network.dtype] else f"off by {off:.1e} of its size"


def _with_gradient(network: Any, loss: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    (gradient,) = torch.autograd.grad(loss, [network.get_input_embeddings().weight])
    return at_least_float32(loss.detach()), at_least_float32(gradient)


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
