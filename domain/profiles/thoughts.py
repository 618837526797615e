"""Thoughts that an answer brings, cut out of it."""

import re
from dataclasses import replace

from domain.conversation import Conversation, Message, Role, RowError

_TAG = re.compile(r"(</?think\s*>)", re.IGNORECASE)


def sanitise(conversation: Conversation, *, keep_thoughts: bool = False) -> Conversation:
    """Take the thoughts out of every turn of the assistant, or keep them as ordinary text.

    Thoughts stand between think tags or in Message.thinking. An unclosed section goes to the end of
    the text; what stands before a closing tag without an opening one is thought, too. A turn that
    then neither says nor calls anything is refused.
    """
    turns = enumerate(conversation.messages, start=1)
    return replace(
        conversation,
        messages=tuple(
            _sanitised(turn, number, keep_thoughts=keep_thoughts)
            if turn.role is Role.ASSISTANT
            else turn
            for number, turn in turns
        ),
    )


def _sanitised(turn: Message, number: int, *, keep_thoughts: bool) -> Message:
    content = _untagged(turn.content) if keep_thoughts else _without_sections(turn.content)
    if keep_thoughts and turn.thinking.strip():
        parts = (_untagged(turn.thinking).strip(), content)
        content = "\n\n".join(part for part in parts if part)
    if _TAG.search(content):
        raise RowError(
            f"turn {number} has think tags broken up by think tags",
            why="what is thought and what is said cannot be told apart",
        )
    if not content.strip() and not turn.tool_calls:
        raise RowError(f"turn {number} says nothing beside its thoughts")
    return replace(turn, content=content, thinking="")


def _untagged(text: str) -> str:
    return _TAG.sub("", text).strip() if _TAG.search(text) else text


def _without_sections(text: str) -> str:
    said: list[str] = []
    before, inside = 0, False
    pieces = _TAG.split(text)
    for piece in pieces:
        if not _TAG.fullmatch(piece):
            said += [] if inside else [piece]
        elif piece.startswith("</"):
            # A second closing tag: what was said since the section began is thought as well.
            del said[before:]
            inside = False
        else:
            before, inside = len(said), True
    return "".join(said).strip() if len(pieces) > 1 else text
