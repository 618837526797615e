"""A hero's weights and tokenizer, built, read from its base model, or from a checkpoint."""

import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from adapters.huggingface.attention import choose_attention
from adapters.huggingface.describing import describe
from adapters.huggingface.device import device, threads_for, use_threads
from adapters.huggingface.encoder import HuggingFaceChatEncoder
from adapters.huggingface.gguf_file import converted, is_converted, user_cache
from adapters.huggingface.lack_of_memory import lack_of_memory_noticed
from adapters.huggingface.liger import fuse
from adapters.huggingface.loaded_model import LoadedModel, facts_of
from adapters.huggingface.precision import choose_precision
from adapters.huggingface.reading import read_network, read_tokenizer
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network, build_tokenizer
from adapters.huggingface.tokenizer_threads import bound_tokenizer
from adapters.huggingface.weights import require_base, require_checkpoint
from application.ports.model_loader import Description, Loaded, ModelLoader
from domain.hero import BaseModel, Hero, Source
from domain.settings.settings import Settings


class HuggingFaceModelLoader(ModelLoader[LoadedModel]):
    """Loads in one precision with one attention, onto the GPU where there is one.

    What has to be converted first is kept in a cache, by the digest of what it was made from.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache or user_cache()

    def check(self, hero: Hero, location: str) -> None:
        """Look for the files, on this machine first."""
        if location:
            require_checkpoint(location)
        else:
            require_base(hero.model, self._cache)

    def load(
        self, hero: Hero, location: str, settings: Settings, *, plain_chat: bool = False
    ) -> Loaded[LoadedModel]:
        """Load, and say in the facts what was really loaded."""
        with lack_of_memory_noticed(f"the model of {hero.id}"):
            return self._load(hero, location, settings, plain_chat=plain_chat)

    def _load(
        self, hero: Hero, location: str, settings: Settings, *, plain_chat: bool
    ) -> Loaded[LoadedModel]:
        use_threads(settings.environment)
        formats = choose_precision(settings.model.dtype, device(), hero.model.parameters)
        self.check(hero, location)
        gc.collect()  # An attempt that was too large is held by cycles, with its memory.
        with silence():
            readable = self._readable(hero, location)
            tokenizer, replaced = _tokenizer(readable, location, plain_chat=plain_chat)
            encoder = HuggingFaceChatEncoder(tokenizer, template_replaced=replaced)
            stops = _stops(tokenizer, encoder.end_of_turn)
            network = _network(readable, location, len(tokenizer), formats.weights)
            # Servers stop by what the model says, not by the tokenizer.
            network.generation_config.eos_token_id = stops if len(stops) > 1 else stops[0]
            wish = settings.model.attn_implementation
            attentions = choose_attention(network, wish, formats.products)
            if settings.model.liger:
                fuse(network, formats.products)
            model = LoadedModel(network, tokenizer, tuple(stops), attentions, formats.products)
            return Loaded(model=model, facts=facts_of(model, hero.model), encoder=encoder)

    def encoder(
        self, hero: Hero, location: str, settings: Settings, *, plain_chat: bool = False
    ) -> HuggingFaceChatEncoder:
        """Load the tokenizer alone."""
        bound_tokenizer(threads_for(settings.environment))
        self.check(hero, location)
        with silence():
            readable = self._readable(hero, location)
            tokenizer, replaced = _tokenizer(readable, location, plain_chat=plain_chat)
            return HuggingFaceChatEncoder(tokenizer, template_replaced=replaced)

    def describe(self, model: BaseModel, *, fetch: bool) -> Description:
        """Build the model's class on no device."""
        known = self._in_folder(model) if is_converted(model, self._cache) else model
        with silence():
            found = describe(known, fetch=fetch)
        same = replace(found.model, source=model.source, name=model.name, file=model.file)
        return replace(found, model=same)

    def _readable(self, hero: Hero, location: str) -> Hero:
        return hero if location else replace(hero, model=self._in_folder(hero.model))

    def _in_folder(self, model: BaseModel) -> BaseModel:
        """Give the same model as a folder that transformers reads, where it is in a GGUF."""
        if model.source is not Source.GGUF:
            return model
        folder = converted(model, self._cache)
        return replace(model, source=Source.FOLDER, name=str(folder), file="")


def _is_built(hero: Hero, location: str) -> bool:
    return not location and hero.model.source is Source.BUILT


def _tokenizer(hero: Hero, location: str, *, plain_chat: bool) -> tuple[Any, bool]:
    if _is_built(hero, location):
        return build_tokenizer(), False
    return read_tokenizer(hero, location, plain_chat=plain_chat)


def _stops(tokenizer: Any, end_of_turn: int) -> list[int]:
    """Give what ends an answer, and what ends a text where that is another token."""
    return list(dict.fromkeys((end_of_turn, int(tokenizer.eos_token_id))))


def _network(hero: Hero, location: str, vocabulary: int, dtype: torch.dtype) -> Any:
    if _is_built(hero, location):
        network = build_network(hero.model.seed, vocabulary, hero.model.context_length)
    else:
        network = read_network(hero, location, vocabulary, dtype)
    return network.to(device=device(), dtype=dtype)
