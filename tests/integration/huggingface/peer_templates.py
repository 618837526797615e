"""Chat templates of well-known models, read from where `make peers` has installed TRL."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tokenizers import AddedToken

from adapters.huggingface.tiny_model import build_tokenizer
from domain.conversation import Conversation, Message, Role, ToolCall

PEER = Path(__file__).parents[3] / ".peers" / "trl"
PYTHON = PEER / "bin" / "python"
needs_trl = pytest.mark.skipif(not PYTHON.exists(), reason="TRL is not installed: make peers")

TOOLS = json.dumps(
    [
        {
            "type": "function",
            "function": {
                "name": "spell",
                "description": "Spell a word.",
                "parameters": {"type": "object", "properties": {"word": {"type": "string"}}},
            },
        }
    ]
)
_WORDS = (
    "OWL",
    "FOX",
    "say",
    "the word",
    "🦄",
    "é\nè",
    "1,5",
    "why?",
    "{so}",
    "<b>",
    "世界",
    "\t'x'",
)


@dataclass(frozen=True, slots=True)
class Family:
    """The tokens that templates of a family write, and what they can say."""

    special: tuple[str, ...]
    end: str
    begin: str | None = None
    end_of_text: str = "<|endoftext|>"
    words: tuple[str, ...] = ()
    system: bool = True
    tools: bool = False
    thoughts: bool = False
    strips: bool = False


_CHATML = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
_THOUGHTS = ("<think>", "</think>", "<tool_call>", "</tool_call>")
CHATML_TALK = Family(_CHATML, "<|im_end|>")
_QWEN = Family(_CHATML, "<|im_end|>", words=_THOUGHTS, tools=True)
_LLAMA = Family(
    ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"),
    "<|eot_id|>",
    begin="<|begin_of_text|>",
    end_of_text="<|end_of_text|>",
    strips=True,
)
_GEMMA = Family(
    ("<bos>", "<eos>", "<start_of_turn>"),
    "<end_of_turn>",
    begin="<bos>",
    end_of_text="<eos>",
    system=False,
    strips=True,
)
_PHI = Family(("<|system|>", "<|user|>", "<|assistant|>"), "<|end|>")
FAMILIES = {
    "qwen2_5": _QWEN,
    "qwen3": replace(_QWEN, thoughts=True),
    "qwen3_instruct_2507": _QWEN,
    "llama3": _LLAMA,
    "llama3_1": replace(_LLAMA, tools=True),
    "llama3_2": replace(_LLAMA, tools=True),
    "gemma": _GEMMA,
    "gemma3": replace(_GEMMA, system=True),
    "phi3": _PHI,
    "phi3_5": _PHI,
}
# TRL has variants of these for training, with `{% generation %}`.
TRAINING = tuple(name for name in FAMILIES if name not in {"llama3_1", "llama3_2"})


def template(name: str) -> str:
    """Read a template; nothing of it is kept here."""
    (folder,) = PEER.glob("lib/python*/site-packages/trl/chat_templates")
    return (folder / f"{name}.jinja").read_text()


def tokenizer_of(family: Family, chat_template: str) -> Any:
    """Build a small tokenizer with the family's tokens; a header takes white space as Phi's do."""
    tokenizer = build_tokenizer()
    special = {*family.special, family.end, family.end_of_text}
    takes_space = family.end == "<|end|>"
    tokenizer.add_tokens(
        [AddedToken(token, special=True, rstrip=takes_space) for token in sorted(special)]
    )
    tokenizer.add_tokens([AddedToken(token, special=False) for token in family.words])
    tokenizer.eos_token = family.end_of_text
    if family.begin:
        tokenizer.bos_token = family.begin
    tokenizer.chat_template = chat_template
    return tokenizer


def tokens_of(tokenizer: Any, pieces: Sequence[tuple[str, bool]]) -> list[int]:
    """Encode each piece alone, one after the other."""
    alone = [tokenizer.encode(text, add_special_tokens=False) for text, _ in pieces]
    return [one for ids in alone for one in ids]


def talks(family: Family, count: int, seed: int) -> Sequence[Conversation]:
    """Draw conversations, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - no secret
    return [_talk(family, random) for _ in range(count)]


def _talk(family: Family, random: Random) -> Conversation:
    turns: list[Message] = []
    if family.system and random.random() < 0.4:
        turns.append(Message(Role.SYSTEM, _said(random)))
    has_tools = family.tools and random.random() < 0.3
    for _ in range(random.randint(1, 3)):
        turns.append(Message(Role.USER, _said(random)))
        if has_tools and random.random() < 0.5:
            call = ToolCall("spell", json.dumps({"word": _said(random)}))
            turns += [Message(Role.ASSISTANT, "", tool_calls=(call,))]
            turns += [Message(Role.TOOL, _said(random))]
        turns.append(Message(Role.ASSISTANT, _said(random)))
    if family.thoughts and random.random() < 0.4:
        turns[-1] = replace(turns[-1], thinking=_said(random))
    return Conversation(tuple(turns), TOOLS if has_tools else "")


def _said(random: Random) -> str:
    return " ".join(random.choices(_WORDS, k=random.randint(1, 6))).strip()
