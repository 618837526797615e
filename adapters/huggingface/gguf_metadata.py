"""What a GGUF file says of its model before the weights begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

from application.ports.model_loader import ModelUnavailableError

_SPECIAL = {
    "bos_token": "bos_token_id",
    "eos_token": "eos_token_id",
    "pad_token": "padding_token_id",
    "unk_token": "unknown_token_id",
}


@dataclass(frozen=True, slots=True)
class GgufMetadata:
    """A tokenizer that knows all tokens and the chat template but cannot cut a text, and a count.

    The rules by which text is cut take transformers several times as long to read as all the rest.
    """

    tokens: Any
    weights: int


def read_metadata(source: Path) -> GgufMetadata:
    """Read all but the weights, which are counted."""
    try:
        return _read(source)
    except ModelUnavailableError:
        raise
    except Exception as error:  # the reader fails with anything at all on a file that is broken
        raise unusable(source, str(error) or type(error).__name__) from error


def unusable(source: Path, why: str) -> ModelUnavailableError:
    """Say why a file is of no use."""
    return ModelUnavailableError(f"{source} cannot be used", why=why)


def _read(source: Path) -> GgufMetadata:
    from gguf import GGUFReader

    reader = GGUFReader(source)
    if "split.count" in reader.fields and reader.fields["split.count"].contents() > 1:
        raise unusable(source, "it is one part of several; guild reads models in one file")
    if "tokenizer.ggml.tokens" not in reader.fields:
        raise unusable(source, "there is no tokenizer in it")
    weights = sum(int(tensor.n_elements) for tensor in reader.tensors)
    return GgufMetadata(_tokens(reader.fields), weights)


def _tokens(fields: Any) -> PreTrainedTokenizerFast:
    tokens = fields["tokenizer.ggml.tokens"].contents()
    template = fields.get("tokenizer.chat_template")
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel({token: i for i, token in enumerate(tokens)})),
        chat_template=template and template.contents(),
        **_special(fields, tokens),
    )


def _special(fields: Any, tokens: Sequence[str]) -> dict[str, str]:
    found = {name: fields.get(f"tokenizer.ggml.{key}") for name, key in _SPECIAL.items()}
    return {name: tokens[field.contents()] for name, field in found.items() if field is not None}
