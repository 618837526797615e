"""Rows of a question and its answer, under whatever names, with or without what came before."""

from collections.abc import Mapping
from dataclasses import replace

from domain.conversation import Conversation, Message, Role, RowError
from domain.formats.calls import tools
from domain.formats.fields import kind_of, optional_text, text
from domain.formats.messages import turns
from domain.formats.talk import conversation


def pair(
    row: Mapping[str, object], question: str, answer: str, system_column: str = ""
) -> Conversation:
    """Read two columns of text."""
    asked = text(row.get(question), f"'{question}'")
    answered = text(row.get(answer), f"'{answer}'")
    return conversation(_exchange(asked, answered), row, system_column)


def completion(
    row: Mapping[str, object], prompt: str, answer: str, system_column: str = ""
) -> Conversation:
    """Read two texts, or two lists of turns of which the second alone is trained."""
    if isinstance(row.get(prompt), list) != isinstance(row.get(answer), list):
        raise RowError(f"'{prompt}' and '{answer}': expected two texts or two lists of turns")
    if not isinstance(row.get(prompt), list):
        return pair(row, prompt, answer, system_column)
    before = (
        replace(turn, trained=False) if turn.role is Role.ASSISTANT else turn
        for turn in turns(row[prompt], prompt)
    )
    said = (*before, *turns(row[answer], answer))
    return conversation(said, row, system_column, tools(row.get("tools")))


def alpaca(
    row: Mapping[str, object], instruction: str, output: str, system_column: str = "system"
) -> Conversation:
    """Read an instruction, perhaps with input and history, and what is put out."""
    asked = text(row.get(instruction), f"'{instruction}'")
    if given := optional_text(row.get("input"), "'input'"):
        asked = f"{asked}\n\n{given}"
    answered = text(row.get(output), f"'{output}'")
    said = (*_history(row.get("history")), *_exchange(asked, answered))
    return conversation(said, row, system_column)


def _history(value: object) -> tuple[Message, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RowError(f"'history': expected a list of pairs, found {kind_of(value)}")
    said: list[Message] = []
    for number, each in enumerate(value, start=1):
        where = f"'history', pair {number}"
        if not isinstance(each, list) or len(each) != 2:  # noqa: PLR2004 - a pair
            raise RowError(f"{where}: expected a question and its answer")
        said += _exchange(text(each[0], f"{where}, question"), text(each[1], f"{where}, answer"))
    return tuple(said)


def _exchange(asked: str, answered: str) -> tuple[Message, Message]:
    return Message(Role.USER, asked), Message(Role.ASSISTANT, answered)
