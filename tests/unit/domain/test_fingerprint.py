"""What an example says as one number."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Example, Message, PlainText, Role, TokenRow, ToolCall
from domain.fingerprint import Repetitions, fingerprint
from tests.strategies import conversations, talks, texts

ASKED = Message(Role.USER, "where is the owl?")
LOOKING = Message(Role.ASSISTANT, "", tool_calls=(ToolCall("look", '{"place":"attic"}', "1"),))
SEEN = Message(Role.TOOL, "an owl")
ANSWERED = Message(Role.ASSISTANT, "in the attic")
SAID = Conversation((ASKED, LOOKING, SEEN, ANSWERED), tools='[{"name":"look"}]')


@given(conversations())
def test_a_plain_conversation_gives_what_it_always_gave(said: Conversation) -> None:
    written = "\x1f".join(f"{turn.role}\x1e{turn.content}" for turn in said.messages)
    first = hashlib.sha256(written.encode()).digest()[:8]
    bordered = any({"\x1e", "\x1f"} & set(turn.content) for turn in said.messages)
    assert (fingerprint(said) == int.from_bytes(first)) is not bordered


def test_a_row_that_writes_the_borders_of_turns_is_no_other_row() -> None:
    four = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    forged = "b\x1fuser\x1ec\x1fassistant\x1ed"
    talks = [four, [("user", "a"), ("assistant", forged)]]
    one, two = (
        fingerprint(Conversation(tuple(Message(Role(role), text) for role, text in talk)))
        for talk in talks
    )
    assert one != two


def test_the_number_is_the_same_in_every_process_and_version() -> None:
    hello = Conversation((Message(Role.USER, "hello"), Message(Role.ASSISTANT, "hi")))
    examples: list[Example] = [hello, SAID, PlainText("once"), TokenRow((5, 6), (True, True))]
    assert [f"{fingerprint(example):016x}" for example in examples] == [
        "02243cf2ef8de8af",
        "cfb31a287ab02207",
        "959c677470291bad",
        "827dcf12134a07f3",
    ]


@given(talks())
def test_what_is_trained_and_the_ids_of_calls_say_nothing(said: Conversation) -> None:
    other = tuple(
        replace(
            turn,
            trained=not turn.trained,
            tool_calls=tuple(replace(call, id="other") for call in turn.tool_calls),
        )
        for turn in said.messages
    )
    assert fingerprint(replace(said, messages=other)) == fingerprint(said)


def with_turn(place: int, **changes: object) -> Conversation:
    turns = list(SAID.messages)
    turns[place] = replace(turns[place], **changes)  # type: ignore[arg-type]
    return replace(SAID, messages=tuple(turns))


@pytest.mark.parametrize(
    "other",
    [
        replace(SAID, tools=""),
        replace(SAID, tools='[{"name":"peep"}]'),
        with_turn(0, content="where is the elk?"),
        with_turn(1, content="hm"),
        with_turn(1, thinking="hm"),
        with_turn(1, tool_calls=()),
        with_turn(1, tool_calls=(ToolCall("peep", '{"place":"attic"}', "1"),)),
        with_turn(1, tool_calls=(ToolCall("look", '{"place":"cellar"}', "1"),)),
        with_turn(3, thinking="hm"),
        with_turn(3, role=Role.USER),
        Conversation(SAID.messages[:3], SAID.tools),
    ],
)
def test_whatever_is_said_decides(other: Conversation) -> None:
    assert fingerprint(other) != fingerprint(SAID)


@given(texts, texts)
def test_texts_are_told_apart(one: str, other: str) -> None:
    assert (fingerprint(PlainText(one)) == fingerprint(PlainText(other))) == (one == other)


def test_tokens_are_told_apart_by_their_ids_alone() -> None:
    row = TokenRow((5, 6), (True, True))
    assert fingerprint(row) == fingerprint(TokenRow((5, 6), (True, False)))
    assert fingerprint(row) != fingerprint(TokenRow((56,), (True,)))
    assert fingerprint(row) != fingerprint(PlainText("[5, 6]"))


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3)))
def test_repetitions_are_those_that_were_there_before(found: list[int]) -> None:
    repetitions = Repetitions()
    for each in found:
        repetitions.add(each)
    assert repetitions.count() == len(found) - len(set(found))
