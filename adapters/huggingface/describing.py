"""What a base model's own files say of it; its class is built, but no weights are read."""

from dataclasses import replace
from typing import Any

import torch

from adapters.huggingface.gguf_file import digest_of, require_source
from adapters.huggingface.gguf_metadata import read_metadata, unusable
from adapters.huggingface.loaded_model import context_of, vocabulary_of, weights_of
from adapters.huggingface.reading import build_unweighted, read_fast_tokenizer, suited_template
from adapters.huggingface.tiny_model import build_network, build_tokenizer
from adapters.huggingface.weights import require_folder, require_hub
from application.ports.model_loader import Description, ModelUnavailableError
from domain.hero import BaseModel, ChatTemplate, Source


def describe(model: BaseModel, *, fetch: bool) -> Description:
    """Look on this machine first."""
    if model.source is Source.BUILT:
        return _built(model)
    if model.source is Source.GGUF:
        return _in_file(model)
    if model.source is Source.FOLDER:
        require_folder(model.name)
    try:
        return _read(model, local=True)
    except ModelUnavailableError:
        if not fetch or model.source is not Source.HUB:
            raise
    require_hub(model.name)
    return _read(model, local=False)


def _built(model: BaseModel) -> Description:
    tokenizer = build_tokenizer()
    with torch.device("meta"):
        network = build_network(model.seed, len(tokenizer), model.context_length)
    return Description(model=_facts(model, network), chat_template=ChatTemplate.CHATML)


def _in_file(model: BaseModel) -> Description:
    """Read the metadata alone, and pin the file that they are of."""
    source = require_source(model)
    sha256 = model.sha256 or digest_of(source)
    here = replace(model, name=str(source.parent), file=source.name, sha256=sha256)
    metadata = read_metadata(source)
    facts = _facts(here, build_unweighted(here, len(metadata.tokens), local=True))
    if metadata.weights < facts.parameters:
        why = f"it has {metadata.weights} weights, and its {facts.architecture} {facts.parameters}"
        raise unusable(source, why)
    return Description(model=facts, chat_template=suited_template(here, metadata.tokens))


def _read(model: BaseModel, *, local: bool) -> Description:
    tokenizer = read_fast_tokenizer(model, local=local)
    network = build_unweighted(model, len(tokenizer), local=local)
    return Description(
        model=_facts(model, network), chat_template=suited_template(model, tokenizer)
    )


def _facts(model: BaseModel, network: Any) -> BaseModel:
    return replace(
        model,
        family=str(network.config.model_type),
        architecture=type(network).__name__,
        vocab_size=vocabulary_of(network),
        context_length=context_of(network),
        parameters=weights_of(network),
    )
