"""How a row says what is said in one example."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Format, Message, Role, RowError, ask, parse, recognise
from tests.strategies import conversations, json_values, words

PAIRS = [(Format.QUESTION_ANSWER, "question", "answer")]
PAIRS += [(Format.PROMPT_COMPLETION, "prompt", "completion")]
USER = {"role": "user", "content": "hello"}
ASSISTANT = {"role": "assistant", "content": "hi"}
SYSTEM = {"role": "system", "content": "be kind"}


def as_row(conversation: Conversation) -> dict[str, object]:
    turns = [{"role": turn.role.value, "content": turn.content} for turn in conversation.messages]
    return {"messages": turns}


@given(conversations())
def test_messages_are_read_turn_by_turn_in_their_order(conversation: Conversation) -> None:
    row = as_row(conversation)
    assert recognise(row) is Format.MESSAGES
    assert parse(row, Format.MESSAGES) == conversation


def test_the_prompt_and_the_answer_are_the_whole() -> None:
    conversation = parse({"messages": [SYSTEM, USER, ASSISTANT]}, Format.MESSAGES)
    assert conversation.prompt.messages == (
        Message(Role.SYSTEM, "be kind"),
        Message(Role.USER, "hello"),
    )
    assert conversation.answer == "hi"


@pytest.mark.parametrize(("kind", "asked", "answered"), PAIRS)
@given(first=words, second=words)
def test_a_pair_is_one_question_and_its_answer(
    kind: Format, asked: str, answered: str, first: str, second: str
) -> None:
    row = {"id": 7, asked: first, answered: second}
    assert recognise(row) is kind
    assert parse(row, kind) == Conversation(
        (Message(Role.USER, first), Message(Role.ASSISTANT, second))
    )


def test_white_space_inside_a_row_is_kept() -> None:
    row = {"question": "  why\n", "answer": "\tso "}
    assert [turn.content for turn in parse(row, Format.QUESTION_ANSWER).messages] == [
        "  why\n", "\tso "
    ]  # fmt: skip


def test_messages_win_where_a_row_has_both() -> None:
    assert recognise({"question": "a", "answer": "b", "messages": []}) is Format.MESSAGES


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({}, "none"),
        ({"text": "once"}, "text"),
        ({"question": "a", "prompt": "b"}, "question, prompt"),
    ],
)
def test_a_row_of_no_known_format_is_refused_with_what_it_has(
    row: Mapping[str, object], found: str
) -> None:
    with pytest.raises(RowError, match=f"expected 'messages', .* found {found}$"):
        recognise(row)


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        (None, "'messages' is not a list of turns"),
        ([], "'messages' is not a list of turns"),
        ("hello", "'messages' is not a list of turns"),
        ({"role": "user"}, "'messages' is not a list of turns"),
        (["hello"], "turn 1 is not an object with 'role' and 'content'"),
        ([USER, None], "turn 2 is not an object with 'role' and 'content'"),
        ([{"role": ["user"], "content": "x"}], "turn 1 has role ['user']; known are"),
        ([{"content": "x"}], "turn 1 has role None; known are system, user, assistant"),
        ([USER, {"role": "tool", "content": "x"}], "turn 2 has role 'tool'; known are"),
        ([{"role": "User", "content": "x"}], "turn 1 has role 'User'; known are"),
        ([USER, {"role": "assistant"}], "'content' of turn 2 is not a text"),
        ([USER, {"role": "assistant", "content": None}], "'content' of turn 2 is not a text"),
        ([USER, {"role": "assistant", "content": " \n"}], "'content' of turn 2 is not a text"),
        ([{"role": "user", "content": 7}, ASSISTANT], "'content' of turn 1 is not a text"),
        ([USER], "no assistant turn: nothing to learn"),
        ([SYSTEM], "no assistant turn: nothing to learn"),
        ([ASSISTANT], "turn 1 is assistant, expected user"),
        ([SYSTEM, ASSISTANT], "turn 2 is assistant, expected user"),
        ([USER, USER, ASSISTANT], "turn 2 is user, expected assistant"),
        ([USER, ASSISTANT, ASSISTANT], "turn 3 is assistant, expected user"),
        ([SYSTEM, USER, ASSISTANT, SYSTEM], "turn 4 is system, expected user"),
        ([SYSTEM, SYSTEM, USER, ASSISTANT], "turn 2 is system, expected user"),
        ([USER, ASSISTANT, USER], "the last turn is not the assistant's"),
    ],
)
def test_messages_that_teach_nothing_are_refused_with_the_turn(turns: object, reason: str) -> None:
    with pytest.raises(RowError) as refusal:
        parse({"messages": turns}, Format.MESSAGES)
    assert str(refusal.value).startswith(reason)


@pytest.mark.parametrize(("kind", "asked", "answered"), PAIRS)
@pytest.mark.parametrize("nothing", [None, "", "  ", 7, ["a"]])
def test_a_pair_with_a_side_that_is_no_text_is_refused(
    kind: Format, asked: str, answered: str, nothing: object
) -> None:
    for broken in (asked, answered):
        with pytest.raises(RowError, match=f"'{broken}' is not a text"):
            parse({asked: "a", answered: "b", broken: nothing}, kind)


@given(st.dictionaries(st.sampled_from(["question", "answer", "messages"]), json_values))
def test_any_row_is_read_or_refused_but_never_breaks(row: dict[str, object]) -> None:
    try:
        conversation = parse(row, recognise(row))
    except RowError as refusal:
        assert str(refusal)  # noqa: PT017 - refusing is one of two good ends
    else:
        assert conversation.messages[-1].role is Role.ASSISTANT


def test_a_question_alone_is_a_conversation_without_an_answer() -> None:
    assert ask("why?") == Conversation((Message(Role.USER, "why?"),))
