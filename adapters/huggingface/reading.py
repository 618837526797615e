"""Weights and tokenizers read with transformers, and checked: it mends in silence what is broken.

Only safetensors are read, and code that comes with a model never runs.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer

from adapters.huggingface.chat_format import CHATML, END
from adapters.huggingface.weights import is_cached
from application.ports.model_loader import ModelUnavailableError
from domain.checkpoint import BrokenCheckpointError
from domain.errors import GuildError
from domain.hero import ChatTemplate, Hero, Source

_UNREADABLE = (
    AttributeError,
    KeyError,
    OSError,
    RuntimeError,
    SafetensorError,
    TypeError,
    ValueError,
)


def read_network(hero: Hero, location: str, vocabulary: int, dtype: torch.dtype) -> Any:
    """Read weights; refuse those that are missing, misshapen or too few for the vocabulary."""
    try:
        network, report = AutoModelForCausalLM.from_pretrained(
            **_origin(hero, location), dtype=dtype, use_safetensors=True, output_loading_info=True
        )
    except _UNREADABLE as error:
        raise _unreadable(hero, location, str(error)) from error
    if lacking := [*report["missing_keys"], *report["mismatched_keys"]]:
        raise _unreadable(hero, location, f"weights are missing or misshapen: {lacking[0]}")
    rows = network.get_input_embeddings().weight.shape[0]
    if rows < vocabulary:
        why = f"the tokenizer has {vocabulary} tokens, the weights are for {rows}"
        raise _unreadable(hero, location, why)
    return network


def read_tokenizer(hero: Hero, location: str) -> Any:
    """Read a tokenizer and give it the hero's chat template."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(**_origin(hero, location))
    except _UNREADABLE as error:
        raise _unreadable(hero, location, str(error)) from error
    if not tokenizer.encode("a", add_special_tokens=False):
        raise _unreadable(hero, location, "there is no tokenizer, or one that knows no letters")
    if not tokenizer.is_fast:
        why = "it does not say where its tokens lie in a text; guild needs a tokenizer.json"
        raise _unusable(f"the tokenizer of {hero.model.name}", why, "take another model")
    _give_template(tokenizer, hero)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _origin(hero: Hero, location: str) -> dict[str, Any]:
    base = hero.model
    if location or base.source is Source.FOLDER:
        name, local = location or str(Path(base.name).expanduser()), True
    else:
        name, local = base.name, is_cached(base.name)
    return {
        "pretrained_model_name_or_path": name,
        "local_files_only": local,
        "trust_remote_code": False,
    }


def _give_template(tokenizer: Any, hero: Hero) -> None:
    name = hero.model.name
    if hero.chat_template is ChatTemplate.CHATML:
        if END not in tokenizer.get_vocab():
            why = f"its vocabulary has no {END}, which ends a turn there"
            raise _unusable(f"{name} with ChatML", why, "set 'chat_template: model' in its file")
        tokenizer.chat_template, tokenizer.eos_token = CHATML, END
    elif not isinstance(tokenizer.chat_template, str) or tokenizer.eos_token is None:
        why = "it brings no chat template, or no token that ends a turn"
        raise _unusable(f"{name} as it is", why, "set 'chat_template: chatml' in its file")


def _unusable(what: str, why: str, fix: str) -> ModelUnavailableError:
    return ModelUnavailableError(f"{what} cannot be used", why=why, fix=(fix,))


def _unreadable(hero: Hero, location: str, why: str) -> GuildError:
    if location:
        return BrokenCheckpointError(f"no model can be loaded from {location}", why=why)
    again = f"hf download {hero.model.name}"
    return ModelUnavailableError(
        f"{hero.model.name} cannot be loaded",
        why=why,
        fix=(again,) if hero.model.source is Source.HUB else (),
    )
