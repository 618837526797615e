"""Weights and tokenizers read with transformers, and checked: it mends in silence what is broken.

Only safetensors are read, and code that comes with a model never runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from adapters.huggingface.chat_format import CHATML, END, START, thinks
from adapters.huggingface.lack_of_memory import lack_in
from adapters.huggingface.loaded_model import vocabulary_of
from adapters.huggingface.template_format import TemplateFormat
from adapters.huggingface.weights import is_cached
from application.ports.model_loader import ChatTemplateError, ModelUnavailableError
from domain.checkpoint import BrokenCheckpointError
from domain.errors import GuildError
from domain.hero import BaseModel, ChatTemplate, Hero, Source

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
    base = hero.model
    with _unreadable_refused(base, location):
        network, report = AutoModelForCausalLM.from_pretrained(
            **_origin(base, location), dtype=dtype, use_safetensors=True, output_loading_info=True
        )
    if lacking := [*report["missing_keys"], *report["mismatched_keys"]]:
        raise _unreadable(base, location, f"weights are missing or misshapen: {lacking[0]}")
    _require_rows(network, vocabulary, base, location)
    return network


def build_unweighted(base: BaseModel, vocabulary: int, *, local: bool) -> Any:
    """Build what the configuration describes on the meta device, which holds no numbers."""
    with _unreadable_refused(base):
        config = AutoConfig.from_pretrained(**_origin(base, local=local))
        with torch.device("meta"):
            network = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    _require_rows(network, vocabulary, base, "")
    return network


def read_tokenizer(hero: Hero, location: str, *, plain_chat: bool = False) -> tuple[Any, bool]:
    """Read a tokenizer and give it the hero's chat template; say whether plain_chat replaced it."""
    tokenizer = read_fast_tokenizer(hero.model, location)
    _give_template(tokenizer, hero)
    replaced = plain_chat and thinks(tokenizer.chat_template)
    if replaced:
        _make_plain(tokenizer, hero)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer, replaced


def read_fast_tokenizer(base: BaseModel, location: str = "", *, local: bool | None = None) -> Any:
    """Read a tokenizer; refuse one that is empty or cannot say where its tokens lie."""
    with _unreadable_refused(base, location):
        tokenizer = AutoTokenizer.from_pretrained(**_origin(base, location, local=local))
    if not tokenizer.encode("a", add_special_tokens=False):
        raise _unreadable(base, location, "there is no tokenizer, or one that knows no letters")
    if not tokenizer.is_fast:
        why = "it does not say where its tokens lie in a text; guild needs a tokenizer.json"
        raise _unusable(f"the tokenizer of {base.name}", why, "take another model")
    return tokenizer


def suited_template(base: BaseModel, tokenizer: Any) -> ChatTemplate:
    """Choose the model's own template where guild can find the answers in it."""
    if isinstance(tokenizer.chat_template, str) and tokenizer.eos_token is not None:
        with suppress(ChatTemplateError):
            TemplateFormat(tokenizer)
            return ChatTemplate.MODEL
    if END in tokenizer.get_vocab():
        return ChatTemplate.CHATML
    why = f"it brings no chat template that guild can follow, and no {END} for ChatML"
    raise _unusable(base.name, why, "take a model that was made for chats")


@contextmanager
def _unreadable_refused(base: BaseModel, location: str = "") -> Iterator[None]:
    """Refuse what cannot be read; where memory lacks, nothing is wrong with the files."""
    try:
        yield
    except _UNREADABLE as error:
        if lack_in(error):
            raise
        raise _unreadable(base, location, str(error)) from error


def _origin(base: BaseModel, location: str = "", *, local: bool | None = None) -> dict[str, Any]:
    if location or base.source in {Source.FOLDER, Source.GGUF}:
        name, local = location or str(Path(base.name).expanduser()), True
    else:
        name, local = base.name, is_cached(base.name) if local is None else local
    return {
        **({"gguf_file": base.file} if base.source is Source.GGUF and not location else {}),
        "pretrained_model_name_or_path": name,
        "local_files_only": local,
        "trust_remote_code": False,
    }


def _require_rows(network: Any, vocabulary: int, base: BaseModel, location: str) -> None:
    """Refuse fewer embeddings than tokens; more are padding, and common."""
    rows = vocabulary_of(network)
    if rows < vocabulary:
        why = f"the tokenizer has {vocabulary} tokens, the weights are for {rows}"
        raise _unreadable(base, location, why)


def _give_template(tokenizer: Any, hero: Hero) -> None:
    name = hero.model.name
    if hero.chat_template is ChatTemplate.CHATML:
        if END not in tokenizer.get_vocab():
            why = f"its vocabulary has no {END}, which ends a turn there"
            fix = "set 'template: model' under 'chat' in its file"
            raise _unusable(f"{name} with ChatML", why, fix)
        tokenizer.chat_template, tokenizer.eos_token = CHATML, END
    elif not isinstance(tokenizer.chat_template, str) or tokenizer.eos_token is None:
        why = "it brings no chat template, or no token that ends a turn"
        fix = "set 'template: chatml' under 'chat' in its file"
        raise _unusable(f"{name} as it is", why, fix)


def _make_plain(tokenizer: Any, hero: Hero) -> None:
    """Keep a template that writes thoughts from a profile that brings its own way to think."""
    vocabulary = tokenizer.get_vocab()
    if lacking := [token for token in (START, END) if token not in vocabulary]:
        why = f"its chat template writes thoughts, and for plain ChatML it has no {lacking[0]}"
        fix = "take a profile that does not think, or another model"
        raise _unusable(f"{hero.model.name} with a profile that thinks in its own way", why, fix)
    tokenizer.chat_template, tokenizer.eos_token = CHATML, END


def _unusable(what: str, why: str, fix: str) -> ModelUnavailableError:
    return ModelUnavailableError(f"{what} cannot be used", why=why, fix=(fix,))


def _unreadable(base: BaseModel, location: str, why: str) -> GuildError:
    if location:
        return BrokenCheckpointError(f"no model can be loaded from {location}", why=why)
    again = f"hf download {base.name}"
    what = f"{base.name}/{base.file}" if base.file else base.name
    return ModelUnavailableError(
        f"{what} cannot be loaded",
        why=why,
        fix=(again,) if base.source is Source.HUB else (),
    )
