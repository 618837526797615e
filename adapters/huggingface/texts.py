"""Texts to tokens: word by word where a tokenizer allows that, whole otherwise."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any, Protocol

from tokenizers import Tokenizer

from adapters.huggingface.token_rows import first_token, past_token, until_each
from adapters.huggingface.words import Cut, Words
from domain.masking import Span

_SAMPLE = 16
_MOST_WORDS, _LONGEST_WORD = 1 << 17, 32
_PLACES, _GROUP = 1 << 14, 64

Offsets = Sequence[tuple[int, int]]


class Tokens(Protocol):
    """The tokens of one text."""

    ids: tuple[int, ...]

    @abstractmethod
    def spans(self, places: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
        """Give the tokens of which any character lies from one place up to another.

        A span that begins within a token is refused: the model would have to begin there too.
        """


class Texts:
    """Encodes texts without what a tokenizer adds around them.

    The first ones are encoded both ways: where that differs, all are encoded whole.
    """

    def __init__(self, backend: Tokenizer, words: Words | None) -> None:
        self._whole = WholeTexts(backend)
        self._by_word = WordByWord(backend, words) if words else None
        self._unproven = _SAMPLE

    def encode(self, texts: Sequence[str]) -> Sequence[Tokens]:
        """Encode texts, in their order."""
        if self._by_word and self._unproven:
            self._prove(self._by_word, texts[: self._unproven])
        return (self._by_word or self._whole).encode(texts)

    def _prove(self, by_word: "WordByWord", sample: Sequence[str]) -> None:
        self._unproven -= len(sample)
        ways = (self._whole.encode(sample), by_word.encode(sample))
        if any(whole.ids != words.ids for whole, words in zip(*ways, strict=True)):
            self._by_word = None


class WholeTexts:
    """Encodes texts in one call, and keeps where each token lies."""

    def __init__(self, backend: Tokenizer) -> None:
        self._backend = backend

    def encode(self, texts: Sequence[str]) -> Sequence[Tokens]:
        """Encode texts, in their order."""
        found = self._backend.encode_batch(list(texts), add_special_tokens=False)
        return [_TokensOfWhole(encoding) for encoding in found]


class _TokensOfWhole(Tokens):
    def __init__(self, encoding: Any) -> None:
        self.ids = tuple(encoding.ids)
        self._encoding = encoding

    def spans(self, places: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
        offsets = self._encoding.offsets
        return tuple(
            Span(first_token(offsets, first), past_token(offsets, past)) for first, past in places
        )


class WordByWord:
    """Encodes each word once and keeps what it became, up to a number of them."""

    def __init__(self, backend: Tokenizer, words: Words, most: int = _MOST_WORDS) -> None:
        self._backend = backend
        self._cut = words.cut
        self._most = most
        self._mark = words.mark
        (self._mark_id,) = backend.encode(words.mark, add_special_tokens=False).ids
        self._known: dict[str, tuple[int, ...]] = {self._mark: (self._mark_id,)}
        self._offsets = lru_cache(_PLACES)(self._encoded_offsets)

    def encode(self, texts: Sequence[str]) -> Sequence[Tokens]:
        """Encode texts, in their order."""
        rows = [self._cut(text) for text in texts]
        new = list(set(chain.from_iterable(row.words for row in rows)).difference(self._known))
        self._known.update(zip(new, self._encoded(new), strict=True))
        done = [
            _TokensOfWords(row, [*map(self._known.__getitem__, row.words)], self._offsets)
            for row in rows
        ]
        self._forget(new)
        return done

    def _encoded(self, words: list[str]) -> Iterator[tuple[int, ...]]:
        """Encode many words as one text, with a mark after each: a text costs more than a word."""
        groups = (words[at : at + _GROUP] for at in range(0, len(words), _GROUP))
        texts = [self._mark.join((*group, "")) for group in groups]
        for found in self._backend.encode_batch_fast(texts, add_special_tokens=False):
            yield from until_each(self._mark_id, found.ids)

    def _forget(self, new: Sequence[str]) -> None:
        if len(self._known) > self._most:
            self._known = {self._mark: (self._mark_id,)}
        for word in new:
            if len(word) > _LONGEST_WORD:
                self._known.pop(word, None)

    def _encoded_offsets(self, word: str) -> Offsets:
        return self._backend.encode(word, add_special_tokens=False).offsets


class _TokensOfWords(Tokens):
    def __init__(
        self, cut: Cut, ids: list[tuple[int, ...]], offsets: Callable[[str], Offsets]
    ) -> None:
        self.ids = tuple(chain.from_iterable(ids))
        self._cut, self._ids, self._offsets = cut, ids, offsets

    def spans(self, places: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
        """Look within the word that goes on at a place; at its beginning there is no need."""
        words, begins, firsts = self._cut
        counts = [0, *accumulate(map(len, self._ids))]

        def token(place: int, find: Callable[[Offsets, int], int]) -> int:
            known = bisect_right(begins, place) - 1
            begin, word = begins[known], firsts[known]
            while begin < place and begin + len(words[word]) <= place:
                begin += len(words[word])
                word += 1
            if begin == place:
                return counts[word]
            return counts[word] + find(self._offsets(words[word]), place - begin)

        return tuple(
            Span(token(first, first_token), token(past, past_token)) for first, past in places
        )
