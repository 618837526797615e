"""Small byte-level tokenizers that cut words as those of well-known models do."""

from collections.abc import Sequence

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from adapters.huggingface.tiny_corpus import corpus

QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ("<|im_start|>", "<|im_end|>", "<|im", "<think>")
_CODE = """
if self._is_open(a, b):\n        return {"key": 'x', "more": [1, 22, 333, 4444]}\n\n\n
don't they're we'll I've he'd she's DON'T, naïve café, für alle. Ünder…  two  spaces\t\ttabs\r\nend
"""


def byte_level(*, regex: bool = True, prefix: bool = False) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=regex)


def split(pattern: str, behavior: str = "isolated") -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), behavior), byte_level(regex=False)]
    )


def trained(
    cut: pre_tokenizers.PreTokenizer,
    normalizer: normalizers.Normalizer | None = None,
    added: Sequence[str | AddedToken] = SPECIAL,
) -> Tokenizer:
    """Train on text and code; what is added has its token wherever it stands."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = cut
    if normalizer:
        tokenizer.normalizer = normalizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([*corpus(), *[_CODE] * 200], trainer)
    tokenizer.add_tokens(
        [
            AddedToken(token, normalized=False, special=True) if isinstance(token, str) else token
            for token in added
        ]
    )
    return tokenizer


WORD_BY_WORD = {
    "gpt2": trained(byte_level()),
    "smollm2": trained(
        pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level()])
    ),
    "qwen": trained(split(QWEN), normalizers.NFC()),
    "llama3": trained(split(LLAMA)),
}
