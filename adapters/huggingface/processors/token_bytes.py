"""Which bytes each token writes, and which tokens write wanted bytes.

Marks are found in bytes, never in ids: a tokenizer may cut one mark in several ways, even in the
middle of a letter.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

_SAME = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
_OTHERS = [byte for byte in range(256) if byte not in _SAME]
_BYTES = {chr(byte): byte for byte in _SAME} | {
    chr(256 + place): byte for place, byte in enumerate(_OTHERS)
}


class TokenBytes:
    """A table from ids to bytes, and back from bytes to the ids that write them."""

    def __init__(self, pieces: dict[int, bytes]) -> None:
        self._pieces = pieces
        self._ids: defaultdict[bytes, list[int]] = defaultdict(list)
        for token, piece in pieces.items():
            self._ids[piece].append(token)
        self._sorted = sorted(self._ids)
        self._containing: dict[bytes, frozenset[int]] = {}

    def __len__(self) -> int:
        return len(self._pieces)

    def piece(self, token: int) -> bytes:
        """Give what a token writes; an id that only the network has writes nothing."""
        return self._pieces.get(token, b"")

    def within(self, text: bytes) -> set[int]:
        """Give the tokens that write the beginning of the text, or all of it."""
        starts = (text[:end] for end in range(1, len(text) + 1))
        return {token for start in starts for token in self._ids.get(start, ())}

    def beginning(self, text: bytes) -> set[int]:
        """Give the tokens that write the text and perhaps more."""
        found: set[int] = set()
        for place in range(bisect_left(self._sorted, text), len(self._sorted)):
            if not self._sorted[place].startswith(text):
                break
            found.update(self._ids[self._sorted[place]])
        return found

    def containing(self, text: bytes) -> frozenset[int]:
        """Give the tokens that write the text anywhere; looked for once."""
        if text not in self._containing:
            pieces = self._pieces.items()
            self._containing[text] = frozenset(token for token, piece in pieces if text in piece)
        return self._containing[text]

    def completing(self, said: bytes, text: bytes) -> set[int]:
        """Give the tokens after which the text stands somewhere where it did not stand before."""
        found = set(self.containing(text))
        if said[-1:] not in text:
            return found
        for begun in range(1, min(len(said), len(text) - 1) + 1):
            if said.endswith(text[:begun]):
                found |= self.beginning(text[begun:])
        return found


_TABLES: WeakKeyDictionary[Any, tuple[int, TokenBytes]] = WeakKeyDictionary()


def token_bytes(tokenizer: Any) -> TokenBytes:
    """Give the table of a tokenizer; it is made again when tokens were added."""
    size, table = _TABLES.get(tokenizer, (0, None))
    if table is None or size != len(tokenizer):
        table = TokenBytes(_pieces(tokenizer))
        _TABLES[tokenizer] = (len(tokenizer), table)
    return table


def _pieces(tokenizer: Any) -> dict[int, bytes]:
    added = {token: text.content for token, text in tokenizer.added_tokens_decoder.items()}
    kinds = _decoders(tokenizer)
    pieces = {}
    for name, token in tokenizer.get_vocab().items():
        if token in added:
            pieces[token] = added[token].encode()
        elif "ByteLevel" in kinds:
            pieces[token] = _of_letters(name)
        elif "ByteFallback" in kinds and _is_byte(name):
            pieces[token] = bytes([int(name[1:-1], 16)])
        else:
            pieces[token] = _after_itself(tokenizer, name)
    return pieces


def _decoders(tokenizer: Any) -> set[str]:
    decoder = getattr(getattr(tokenizer, "backend_tokenizer", None), "decoder", None)
    if decoder is None:
        return set()
    described = json.loads(decoder.__getstate__())
    return {part["type"] for part in described.get("decoders", [described])}


def _of_letters(name: str) -> bytes:
    """Read byte-level BPE, which has one letter for each byte."""
    if all(letter in _BYTES for letter in name):
        return bytes(_BYTES[letter] for letter in name)
    return name.encode()


def _is_byte(name: str) -> bool:
    return len(name) == len("<0xFF>") and name.startswith("<0x") and name.endswith(">")


def _after_itself(tokenizer: Any, name: str) -> bytes:
    """Write the token twice: at the very beginning of a text some decoders leave a space out."""
    first = tokenizer.convert_tokens_to_string([name])
    return str(tokenizer.convert_tokens_to_string([name, name])[len(first) :]).encode()
