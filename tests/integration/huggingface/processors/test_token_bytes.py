"""What tokens write is what decoding says they write."""

from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models

from adapters.huggingface.processors.token_bytes import TokenBytes, token_bytes
from adapters.huggingface.tiny_model import build_tokenizer
from tests.integration.huggingface.processors.small_tokenizers import byte_level, finished

pytestmark = pytest.mark.slow


def byte_fallback() -> Any:
    """Build a tokenizer as Llama 2 and Gemma have it."""
    names = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "▁a", "b", "▁▁", "🤔"]
    vocabulary = {name: token for token, name in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], byte_fallback=True))
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)])
    return finished(tokenizer)


def word_pieces() -> Any:
    names = ("[UNK]", "a", "##b", "c", "🤔", "##🤔")
    vocabulary = {name: token for token, name in enumerate(names)}
    tokenizer = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))  # noqa: S106 - no secret
    tokenizer.decoder = decoders.WordPiece()
    return finished(tokenizer)


def written(tokenizer: Any, ids: list[int]) -> str:
    table = token_bytes(tokenizer)
    return b"".join(map(table.piece, ids)).decode(errors="replace")


def ids_of(tokenizer: Any, *names: str) -> list[int]:
    found = tokenizer.convert_tokens_to_ids(list(names))
    assert None not in found
    return list(found)


def test_byte_level_pieces_may_end_inside_a_letter() -> None:
    small = byte_level("🤔🛑 \n", "🤔".encode()[:2], "\n🤔")
    table = token_bytes(small.tokenizer)
    assert [table.piece(token) for token in range(len(small.pieces))] == list(small.pieces)


def test_the_shipped_tokenizer_reads_as_it_writes() -> None:
    tokenizer = build_tokenizer()
    for text in ("Reverse OWL: 🤔🤔\n🛑", "Ünïcödé ⏹️ <think>", "<|im_start|>user\n"):
        assert written(tokenizer, tokenizer.encode(text, add_special_tokens=False)) == text


def test_single_bytes_and_spaces_of_sentencepiece() -> None:
    tokenizer = byte_fallback()
    emoji = [f"<0x{byte:02X}>" for byte in "🛑".encode()]
    ids = ids_of(tokenizer, "▁a", "▁▁", "b", *emoji, "▁", "🤔")
    assert written(tokenizer, ids) == " a  b🛑 🤔"
    assert tokenizer.decode(ids) == "a  b🛑 🤔"


def test_pieces_of_words_have_a_space_only_where_decoding_has_one() -> None:
    tokenizer = word_pieces()
    ids = ids_of(tokenizer, "a", "##b", "c", "##🤔", "🤔")
    assert written(tokenizer, ids) == " " + tokenizer.decode(ids) == " ab c🤔 🤔"


def test_added_tokens_write_their_text_and_unknown_ids_nothing() -> None:
    small = byte_level("<think>")
    small.tokenizer.add_tokens(["<think>"])
    table = token_bytes(small.tokenizer)
    assert table.piece(small.end + 1) == b"<think>"
    assert table.piece(9999) == b""


def test_a_table_is_made_once_and_again_for_more_tokens() -> None:
    small = byte_level("ab")
    before = token_bytes(small.tokenizer)
    assert token_bytes(small.tokenizer) is before
    small.tokenizer.add_tokens(["🤔"])
    assert token_bytes(small.tokenizer).containing("🤔".encode()) == {small.end + 1}


def test_tokens_are_found_by_what_they_write() -> None:
    names = (b"a", b"ab", b"abc", b"b", b"bc", b"xab", b"abx", b"ac")
    table = TokenBytes(dict(enumerate(names)))

    def found(ids: Any) -> set[bytes]:
        return {names[token] for token in ids}

    assert found(table.within(b"abcd")) == {b"a", b"ab", b"abc"}
    assert found(table.beginning(b"ab")) == {b"ab", b"abc", b"abx"}
    assert found(table.containing(b"ab")) == {b"ab", b"abc", b"abx", b"xab"}
    assert found(table.completing(b"", b"abc")) == {b"abc"}
    assert found(table.completing(b"a", b"abc")) == {b"abc", b"bc"}
    assert found(table.completing(b"xa", b"ab")) == {b"ab", b"abc", b"abx", b"xab", b"b", b"bc"}
