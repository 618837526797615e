"""GGUF files as other programs make them, with the tiny model in them."""

import json
from pathlib import Path
from typing import Any

import gguf
import torch
from transformers import Qwen3ForCausalLM

from adapters.huggingface.chat_format import CHATML
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network, build_tokenizer

_CONTEXT, _BLOCKS = 256, 2


def a_network(head_dim: int = 128) -> Any:
    """Build a tiny model; of Qwen3 transformers reads GGUF files with heads of 128 alone."""
    with silence():
        config = build_network(0, len(build_tokenizer()), _CONTEXT).config
        config.head_dim = head_dim
        with torch.random.fork_rng(devices=()):
            torch.default_generator.manual_seed(5)
            return Qwen3ForCausalLM(config)


def a_gguf(
    path: Path,
    *,
    template: str | None = CHATML,
    head_dim: int = 128,
    parts: int = 1,
    words: bool = True,
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    network = a_network(head_dim)
    writer = gguf.GGUFWriter(path, "qwen3")
    _add_shape(writer, network.config)
    if words:
        _add_words(writer, build_tokenizer(), template)
    if parts > 1:
        writer.add_uint16("split.count", parts)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, _BLOCKS)
    for name, weights in network.named_parameters():
        known = names.get_name(name, try_suffixes=(".weight",))
        writer.add_tensor(known, weights.detach().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_shape(writer: Any, config: Any) -> None:
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(_BLOCKS)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])


def _add_words(writer: Any, tokenizer: Any, template: str | None) -> None:
    inside = json.loads(tokenizer.backend_tokenizer.to_str())
    special = {token["content"] for token in inside["added_tokens"]}
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    kinds = [gguf.TokenType.NORMAL, gguf.TokenType.CONTROL]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([kinds[token in special] for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in inside["model"]["merges"]])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    if template is not None:
        writer.add_chat_template(template)
