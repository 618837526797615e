"""What the application carries from loader to trainer without looking into it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from adapters.huggingface.device import device_name
from adapters.huggingface.precision import Formats
from adapters.huggingface.segments import attention_of
from application.ports.engine_probe import TriedAttention
from application.ports.model_loader import ModelFacts
from domain.architecture import LockedArchitecture
from domain.hero import BaseModel


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A network on its device, its tokenizer, and the tokens that end an answer.

    attentions are those that were tried, the one that it runs last; products is what it multiplies
    in where that is not the format of its weights.
    """

    network: Any
    tokenizer: Any
    stops: tuple[int, ...]
    attentions: tuple[TriedAttention, ...] = ()
    products: torch.dtype | None = None

    @property
    def formats(self) -> Formats:
        """Give the number formats as the network has them."""
        return Formats(self.network.dtype, self.products)


def facts_of(model: LoadedModel, base: BaseModel) -> ModelFacts:
    """Say what was really loaded; of its context no more than the hero's is used."""
    network = model.network
    return ModelFacts(
        architecture=LockedArchitecture(
            base_model=base.name,
            architecture=type(network).__name__,
            vocab_size=vocabulary_of(network),
            max_context=min(context_of(network), base.context_length),
        ),
        parameters=weights_of(network),
        dtype=model.formats.name,
        device=device_name(network.device),
        attention=attention_of(network),
        weights_digest=weights_digest(network),
    )


def context_of(network: Any) -> int:
    """Give the most tokens that the network can look at."""
    return int(network.config.get_text_config().max_position_embeddings)


def vocabulary_of(network: Any) -> int:
    """Give the rows of the embedding, which may be more than the tokenizer has tokens."""
    return int(network.get_input_embeddings().weight.shape[0])


def layers_of(network: Any) -> Iterator[tuple[str, Any]]:
    """Give the decoder layers with the names that they have in the network."""
    count = network.config.get_text_config().num_hidden_layers
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.ModuleList) and len(module) == count:
            yield from ((f"{name}.{number}", layer) for number, layer in enumerate(module))
            return


def weights_of(network: Any) -> int:
    """Give the number of weights, tied ones once."""
    return sum(parameter.numel() for parameter in network.parameters())


def weights_digest(network: Any) -> str:
    """Give one SHA-256 in hex over all weights by name, tied ones once."""
    digest = hashlib.sha256()
    for name, weights in sorted(network.named_parameters()):
        digest.update(f"{name} {weights.dtype} {tuple(weights.shape)}\n".encode())
        digest.update(weights.detach().cpu().contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()
