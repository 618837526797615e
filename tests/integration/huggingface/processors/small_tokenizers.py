"""Tokenizers of a few dozen tokens that cut emoji and tags as they like."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

from adapters.huggingface.processors.described import processors_for
from domain.profiles.processors import ProcessorSpec

END = "<|end|>"


@dataclass(frozen=True)
class Small:
    """A tokenizer and, from how it was built, what its tokens write."""

    tokenizer: Any
    pieces: tuple[bytes, ...]

    @property
    def end(self) -> int:
        return len(self.pieces)

    @property
    def size(self) -> int:
        return len(self.pieces) + 1

    def ids(self, *pieces: bytes | str) -> list[int]:
        """Give the ids of these very pieces."""
        said = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
        return [self.pieces.index(piece) for piece in said]

    def cut(self, text: bytes | str, seed: int = 0) -> list[int]:
        """Cut a text into tokens anyhow."""
        random = Random(seed)  # noqa: S311 - no secret
        left = text.encode() if isinstance(text, str) else text
        ids = []
        while left:
            fitting = [token for token, piece in enumerate(self.pieces) if left.startswith(piece)]
            ids.append(random.choice(fitting))
            left = left[len(self.pieces[ids[-1]]) :]
        return ids

    def said(self, ids: Iterable[int]) -> bytes:
        return b"".join(self.pieces[token] for token in ids if token < len(self.pieces))

    def text(self, ids: list[int]) -> str:
        """Decode as an answer is decoded."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))

    def processors(self, *specs: ProcessorSpec, prompt_length: int = 0) -> Any:
        return processors_for(specs, self.tokenizer, prompt_length, self.end)


def byte_level(text: str, *pieces: bytes | str) -> Small:
    """Build a byte-level BPE of the bytes of a text, merged into pieces and their beginnings."""
    wanted = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
    alphabet = sorted({bytes([byte]) for said in (text.encode(), *wanted) for byte in said})
    merged = {piece[:end] for piece in wanted for end in range(2, len(piece) + 1)}
    longer = sorted(merged, key=lambda piece: (len(piece), piece))
    written = [*alphabet, *longer]
    vocabulary = {_letters(piece): token for token, piece in enumerate(written)}
    merges = [(_letters(piece[:-1]), _letters(piece[-1:])) for piece in longer]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.decoder = decoders.ByteLevel()
    return Small(finished(tokenizer), tuple(written))


def whole_words(*words: str) -> Small:
    """Build a tokenizer with a token for each word."""
    vocabulary = {word: token for token, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token=words[0]))
    tokenizer.decoder = decoders.Fuse()
    return Small(finished(tokenizer), tuple(word.encode() for word in words))


def finished(tokenizer: Tokenizer) -> Any:
    tokenizer.add_special_tokens([AddedToken(END, special=True, normalized=False)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=END,
        clean_up_tokenization_spaces=False,
    )


def _letters(piece: bytes) -> str:
    """Write bytes as GPT-2 does, worked out here once more."""
    letters = []
    for byte in piece:
        printable = chr(byte).isprintable() and chr(byte) not in " \xa0\xad"
        others = [b for b in range(256) if not chr(b).isprintable() or chr(b) in " \xa0\xad"]
        letters.append(chr(byte) if printable else chr(256 + others.index(byte)))
    return "".join(letters)
