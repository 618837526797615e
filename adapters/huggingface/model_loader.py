"""A hero's weights and tokenizer, built, read from its base model, or from a checkpoint."""

from typing import Any

import torch

from adapters.huggingface.attention import choose_attention
from adapters.huggingface.device import device, use_threads
from adapters.huggingface.encoder import HuggingFaceChatEncoder
from adapters.huggingface.loaded_model import LoadedModel, facts_of
from adapters.huggingface.precision import choose_precision
from adapters.huggingface.reading import read_network, read_tokenizer
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network, build_tokenizer
from adapters.huggingface.weights import require_base, require_checkpoint
from application.ports.model_loader import Loaded, ModelLoader
from domain.hero import Hero, Source
from domain.settings.settings import Settings


class HuggingFaceModelLoader(ModelLoader[LoadedModel]):
    """Loads in one precision with one attention, onto the GPU where there is one."""

    def check(self, hero: Hero, location: str) -> None:
        """Look for the files, on this machine first."""
        if location:
            require_checkpoint(location)
        else:
            require_base(hero.model)

    def load(self, hero: Hero, location: str, settings: Settings) -> Loaded[LoadedModel]:
        """Load, and say in the facts what was really loaded."""
        use_threads(settings.environment)
        dtype = choose_precision(settings.model.dtype, device())
        self.check(hero, location)
        with silence():
            tokenizer = _tokenizer(hero, location)
            network = _network(hero, location, len(tokenizer), dtype)
            # Servers stop by what the model says, not by the tokenizer.
            network.generation_config.eos_token_id = tokenizer.eos_token_id
            attention = choose_attention(network, settings.model.attn_implementation)
            facts = facts_of(network, hero.model.name, attention)
            encoder = HuggingFaceChatEncoder(tokenizer)
        return Loaded(model=LoadedModel(network, tokenizer), facts=facts, encoder=encoder)

    def encoder(self, hero: Hero, location: str) -> HuggingFaceChatEncoder:
        """Load the tokenizer alone."""
        self.check(hero, location)
        with silence():
            return HuggingFaceChatEncoder(_tokenizer(hero, location))


def _is_built(hero: Hero, location: str) -> bool:
    return not location and hero.model.source is Source.BUILT


def _tokenizer(hero: Hero, location: str) -> Any:
    return build_tokenizer() if _is_built(hero, location) else read_tokenizer(hero, location)


def _network(hero: Hero, location: str, vocabulary: int, dtype: torch.dtype) -> Any:
    if _is_built(hero, location):
        network = build_network(hero.model.seed, vocabulary, hero.model.context_length)
    else:
        network = read_network(hero, location, vocabulary, dtype)
    return network.to(device=device(), dtype=dtype)
