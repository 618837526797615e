"""Texts word by word have the tokens and spans that they have as a whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from adapters.huggingface.texts import Texts, Tokens, WholeTexts, WordByWord
from adapters.huggingface.words import Cut, Words, words_of
from application.ports.model_loader import ChatTemplateError
from domain.masking import Span
from tests.integration.huggingface.byte_level import (
    LLAMA,
    QWEN,
    SPECIAL,
    WORD_BY_WORD,
    byte_level,
    split,
    trained,
)

pytestmark = pytest.mark.slow

HOSTILE = (
    *"aZ09 .,'\"(_/\\<|\t\n\r\x00\x1c\x1f\x7f\x85\xa0\u2003\u2028\u3000\ufeff\u200d",
    *"é\u0301\u0338ß\u017f\u212aЖ世の٣½Ⅷ🦄👩\u202e",
    *("  ", "\n\n", "\r\n", "\n    ", " \n", "'s", "'S", "'\u017f", "'re", "n't", " 1", "1,5"),
    *("assistant\n", "<|im_", "<|im_end|", "end|>", "f(x):\n\treturn x", "für alle", "👩\u200d🚀"),
    *SPECIAL,
)  # fmt: skip
texts = st.lists(st.sampled_from(HOSTILE) | st.characters(codec="utf-8"), max_size=14).map("".join)
every_tokenizer = pytest.mark.parametrize("name", WORD_BY_WORD)


def words(name: str) -> Words:
    found = words_of(WORD_BY_WORD[name])
    assert found
    return found


def span(tokens: Tokens, first: int, past: int) -> Span | str:
    try:
        return tokens.spans([(first, past)])[0]
    except ChatTemplateError as error:
        return str(error)


@every_tokenizer
@settings(max_examples=300)
@given(some=st.lists(texts, min_size=1, max_size=4))
def test_tokens_and_spans_are_those_of_the_whole(name: str, some: list[str]) -> None:
    backend = WORD_BY_WORD[name]
    ways = (WholeTexts(backend).encode(some), WordByWord(backend, words(name)).encode(some))
    for text, whole, parts in zip(some, *ways, strict=True):
        assert parts.ids == whole.ids
        for place in range(len(text) + 1):
            assert span(parts, place, place) == span(whole, place, place)


@every_tokenizer
@given(text=texts)
def test_parts_are_the_text_again(name: str, text: str) -> None:
    assert "".join(words(name).cut(text).words) == text


@every_tokenizer
def test_words_are_cut_where_most_words_end(name: str) -> None:
    parts = words(name).cut("Say it, für alle: go<|im_end|>\n  return x").words
    assert parts == (
        ["Say", " it", ",", " für", " alle", ":", " go", "<|im_end|>", "\n ", " return", " x"]
    )


def test_words_that_were_forgotten_are_encoded_again() -> None:
    backend = WORD_BY_WORD["gpt2"]
    some = [f"a{number} b{number} {'long' * 20}" for number in range(9)]
    way = WordByWord(backend, words("gpt2"), most=4)
    ids = [[tokens.ids for tokens in way.encode(some)] for _ in range(3)]
    assert ids == [[tokens.ids for tokens in WholeTexts(backend).encode(some)]] * 3


@pytest.mark.parametrize(
    ("added", "mark"),
    [
        (("<|a|>", "<|b|>"), "<|a|>"),
        (("<|a", "<|a|>"), "<|a|>"),
        (("<|a|>", "b<|a|>"), "b<|a|>"),
        (("<|a|>", "|b<|"), None),
        ((), None),
    ],
)
def test_a_mark_between_words_is_found_whatever_stands_before_it(
    added: tuple[str, ...], mark: str | None
) -> None:
    special = [AddedToken(token, normalized=False, special=True) for token in added]
    found = words_of(trained(byte_level(), added=special))
    assert (found.mark if found else None) == mark


def test_the_mark_itself_is_a_word_too() -> None:
    backend, mark = WORD_BY_WORD["gpt2"], words("gpt2").mark
    some = [mark, f"{mark}{mark}a{mark} b", "", f"a\n{mark}"] * 40
    ways = (WholeTexts(backend), WordByWord(backend, words("gpt2"), most=2))
    whole, parts = ([found.ids for found in way.encode(some)] for way in ways)
    assert parts == whole
    assert [found.ids for found in ways[1].encode(some)] == whole


class Wrong(Words):
    """Cuts within words."""

    def cut(self, text: str) -> Cut:
        return Cut(list(text), [0], [0])


def test_texts_are_encoded_whole_where_the_first_ones_differ() -> None:
    backend = WORD_BY_WORD["gpt2"]
    way = Texts(backend, Wrong(frozenset(SPECIAL), SPECIAL[0]))
    some = ["a", "self.return the key", "more of return"]
    assert [found.ids for found in way.encode(some[:1])] == [tuple(backend.encode("a").ids)]
    ids = [tuple(backend.encode(text).ids) for text in some]
    assert [found.ids for found in way.encode(some)] == ids
    assert [found.ids for found in way.encode(some)] == ids


def without(change: str) -> Tokenizer:
    match change:
        case "a space before each text":
            return trained(byte_level(prefix=True))
        case "no words":
            return trained(byte_level(regex=False))
        case "bytes before words":
            steps = [byte_level(regex=False), *split(QWEN)]
            return trained(pre_tokenizers.Sequence(steps))
        case "unknown words":
            return trained(split(r"\w+ \w+|."))
        case "words that are merged":
            return trained(split(LLAMA, "merged_with_next"))
        case "other letters":
            return trained(byte_level(), normalizers.NFKC())
        case "chance":
            tokenizer = trained(byte_level())
            tokenizer.model.dropout = 0.5
            return tokenizer
        case "a token that takes white space":
            return trained(byte_level(), added=[AddedToken("<|a|>", rstrip=True)])
        case "a token of two words":
            return trained(byte_level(), added=[AddedToken("so it", normalized=True)])
        case "a plain token":
            return trained(byte_level(), added=[AddedToken("guild", normalized=True)])
        case _:
            tokenizer = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))  # noqa: S106
            tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
            return tokenizer


@pytest.mark.parametrize(
    "change",
    [
        "a space before each text",
        "no words",
        "bytes before words",
        "unknown words",
        "words that are merged",
        "other letters",
        "chance",
        "a token that takes white space",
        "a token of two words",
        "a plain token",
        "no letters",
    ],
)
def test_no_tokenizer_is_cut_that_may_see_more_than_a_word(change: str) -> None:
    assert words_of(without(change)) is None
