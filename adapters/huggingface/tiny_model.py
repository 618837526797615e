"""The hero that is built on the spot: the same weights and tokens in every process."""

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from adapters.huggingface.chat_format import CHATML, END, PAD, START
from adapters.huggingface.tiny_corpus import corpus

_MOST_TOKENS = 600
_LONGEST_TOKEN = 16


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Train a byte-level BPE on the fixed corpus; any text can be encoded."""
    return PreTrainedTokenizerFast(
        tokenizer_object=_trained_tokenizer(),
        pad_token=PAD,
        eos_token=END,
        chat_template=CHATML,
        clean_up_tokenization_spaces=False,
    )


def build_network(seed: int, vocabulary: int, context: int) -> Qwen3ForCausalLM:
    """Draw the weights; the caller's random numbers are left alone."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        return Qwen3ForCausalLM(_config(vocabulary, context))


def _trained_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=_MOST_TOKENS,
        max_token_length=_LONGEST_TOKEN,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[PAD, START, END],
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


def _config(vocabulary: int, context: int) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=192,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        # The usual 0.02 is far too small for a width of 64: nothing is learned.
        initializer_range=0.08,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=2,
    )
