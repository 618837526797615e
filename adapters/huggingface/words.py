"""Where a text can be cut so that its parts have the tokens that they have in the whole.

Byte-level tokenizers cut a text into words before they look for tokens. By none of the patterns
below does a word go on from an ASCII letter or digit to other ASCII but an apostrophe, from
anything else to a space, or from white space to the last space of it before what is no digit. None
looks back, and none looks ahead but for the end of white space. So a part that ends there has the
tokens that it has in the whole. Python knows more white space than these patterns, which is the
safe side.
"""

import json
import re
from typing import Any, NamedTuple

from tokenizers import AddedToken, Tokenizer
from tokenizers.models import BPE

_QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA = _QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
_PATTERNS = frozenset({_QWEN, _LLAMA})
_STEPS = frozenset({"ByteLevel", "Digits", "Split"})
_NORMALIZERS = (None, "NFC")
_WORD = re.compile(
    # Most words, found at once; the lines below would find the same.
    r" ?[A-Za-z0-9]++(?=[\x00-&(-/:-@\[-`{-\x7f]|\Z)"
    r"|(?:\s*+[^A-Za-z0-9\s]++)?(?:\n(?=[A-Za-z0-9])|\s+(?= [!-/:-~]))"
    r"|\s*+[^A-Za-z0-9\s]++(?=[ \t])"
    r"|[^A-Za-z0-9]*+[A-Za-z0-9]++(?:['\x80-\U0010FFFF][^A-Za-z0-9]*+[A-Za-z0-9]*+)*+"
    r"|[^A-Za-z0-9]+"
)


class Cut(NamedTuple):
    """The words of a text, and for some of them (firsts, by place) the character they begin at."""

    words: list[str]
    begins: list[int]
    firsts: list[int]


class Words:
    """Cuts texts at the tokens that are found before all others, and there between words.

    The mark is one of those; between words it keeps them apart.
    """

    def __init__(self, first: frozenset[str], mark: str) -> None:
        self.mark = mark
        longest_first = sorted(first, key=len, reverse=True)
        self._first = re.compile(f"({'|'.join(map(re.escape, longest_first))})")

    def cut(self, text: str) -> Cut:
        """Give the words; one after the other they are the text."""
        cut, begin = Cut([], [], []), 0
        for place, part in enumerate(self._first.split(text)):
            cut.begins.append(begin)
            cut.firsts.append(len(cut.words))
            begin += len(part)
            cut.words.extend((part,) if place % 2 else _WORD.findall(part))
        return cut


def words_of(backend: Tokenizer) -> Words | None:
    """Give the way to cut texts of a tokenizer, None where it may not cut where we do."""
    added = backend.get_added_tokens_decoder().values()
    model = backend.model
    is_known = isinstance(model, BPE) and not model.dropout and _is_known(backend)
    first = frozenset(token.content for token in added if token.content)
    mark = _mark(first)
    if not is_known or not mark or not all(map(_is_apart, added)):
        return None
    return Words(first, mark)


def _mark(first: frozenset[str]) -> str:
    """Give a token that is found wherever it stands: no other one begins before it or goes on."""
    for mark in sorted(first):
        others = first - {mark}
        if not any(mark[0] in other[1:] or other.startswith(mark) for other in others):
            return mark
    return ""


def _is_known(backend: Tokenizer) -> bool:
    steps = _state(backend.pre_tokenizer)
    return _state(backend.normalizer).get("type") in _NORMALIZERS and _cuts_words(
        steps.get("pretokenizers", [steps])
    )


def _cuts_words(steps: list[dict[str, Any]]) -> bool:
    """Tell whether the first step that sees more than digits is one of the known patterns."""
    first = next((step for step in steps if step.get("type") != "Digits"), {})
    is_pattern = first.get("pattern", {}).get("Regex") in _PATTERNS and (
        first["behavior"],
        first["invert"],
    ) == ("Isolated", False)
    return (
        (is_pattern or bool(first.get("use_regex")))
        and all(step.get("type") in _STEPS for step in steps)
        and not any(step.get("add_prefix_space") for step in steps)
    )


def _is_apart(token: AddedToken) -> bool:
    """Tell whether a token takes nothing from what is beside it, and cannot be cut."""
    return not (token.lstrip or token.rstrip or token.single_word or token.normalized)


def _state(part: Any) -> dict[str, Any]:
    return dict(json.loads(part.__getstate__())) if part else {}
