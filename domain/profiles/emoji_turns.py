"""Marks and instructions on all turns of a conversation.

An answer is a turn of the assistant after a question that calls no tool: with a call it has not
finished. What the assistant says before the first question answers nothing, and stays as it is.
"""

import json
from collections.abc import Callable
from dataclasses import replace

from domain.conversation import Conversation, Message, Role
from domain.profiles.emoji_marks import Marks, core, instructed, marked, uninstructed, unmarked


def mark(conversation: Conversation, marks: Marks) -> Conversation:
    """Ask for the marks after every question, and put them around every answer to one.

    Answers that are not trained are marked as well: what the model reads agrees with what it is
    told.
    """
    return _rewritten(
        conversation,
        lambda question: (instructed(question, marks), (marks,)),
        lambda answer, found: marked(answer, found[0]),
    )


def strip(conversation: Conversation) -> Conversation:
    """Take away every instruction, and the marks that it asked for from the answers to it."""
    return _rewritten(conversation, uninstructed, _unmarked)


def essence(conversation: Conversation) -> str:
    """Write what a stripped row says, whatever marks stood there; system prompts take no part."""
    turns = (turn for turn in conversation.messages if turn.role is not Role.SYSTEM)
    return json.dumps([conversation.tools, *map(_said, turns)])


def _rewritten(
    conversation: Conversation,
    question: Callable[[str], tuple[str, tuple[Marks, ...]]],
    answer: Callable[[str, tuple[Marks, ...]], str],
) -> Conversation:
    asked: tuple[Marks, ...] = ()
    turns = []
    for turn in conversation.messages:
        content = turn.content
        if turn.role is Role.USER:
            content, asked = question(content)
        elif asked and turn.role is Role.ASSISTANT and not turn.tool_calls:
            content = answer(content, asked)
        turns.append(replace(turn, content=content))
    return replace(conversation, messages=tuple(turns))


def _unmarked(answer: str, asked: tuple[Marks, ...]) -> str:
    for marks in asked:
        answer = unmarked(answer, marks)
    return answer


def _said(turn: Message) -> list[object]:
    content = core(turn.content) if turn.role is Role.ASSISTANT else turn.content
    return [turn.role, content, [[call.name, call.arguments] for call in turn.tool_calls]]
