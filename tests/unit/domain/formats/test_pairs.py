"""How questions and their answers are read."""

import pytest
from hypothesis import given

from domain.conversation import Conversation, Message, Role, RowError
from domain.formats.pairs import alpaca, completion, pair
from tests.strategies import talks, words
from tests.unit.domain.formats.written import as_row

USER = {"role": "user", "content": "hello"}
ASSISTANT = {"role": "assistant", "content": "hi"}
READERS = {
    "pair": (pair, "question", "answer"),
    "completion": (completion, "prompt", "completion"),
    "alpaca": (alpaca, "instruction", "output"),
}


def test_the_names_of_columns_are_handed_in() -> None:
    for read, _, _ in READERS.values():
        said = read({"q": "why?", "a": "so"}, "q", "a")
        assert said.messages == (Message(Role.USER, "why?"), Message(Role.ASSISTANT, "so"))


@pytest.mark.parametrize("name", READERS)
@given(asked=words, answered=words)
def test_a_pair_is_one_question_and_its_answer(name: str, asked: str, answered: str) -> None:
    read, question, answer = READERS[name]
    said = read({"id": 7, question: asked, answer: answered}, question, answer)
    assert said == Conversation((Message(Role.USER, asked), Message(Role.ASSISTANT, answered)))


@pytest.mark.parametrize("name", READERS)
def test_a_named_column_gives_the_system_prompt(name: str) -> None:
    read, question, answer = READERS[name]
    row = {question: "why?", answer: "so", "hint": "be kind"}
    assert read(row, question, answer, "hint").messages[0] == Message(Role.SYSTEM, "be kind")
    for nothing in (None, ""):
        said = read({**row, "hint": nothing}, question, answer, "hint")
        assert said.messages[0].role is Role.USER
    with pytest.raises(RowError, match="'hint': the text is empty"):
        read({**row, "hint": " "}, question, answer, "hint")


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (None, "expected a text, found nothing"),
        (7, "expected a text, found a number"),
        (True, "expected a text, found a truth value"),
        ({}, "expected a text, found an object"),
        ("", "the text is empty"),
        (" \n\t", "the text is empty"),
        ("a\0", "character 2 is NUL"),
        ("\udc00", "character 1 is half of a surrogate pair"),
    ],
)
def test_a_side_that_is_no_text_is_refused_with_its_column(
    name: str, broken: object, reason: str
) -> None:
    read, question, answer = READERS[name]
    for column in (question, answer):
        with pytest.raises(RowError) as refused:
            read({question: "a", answer: "b", column: broken}, question, answer)
        assert str(refused.value) == f"'{column}': {reason}"


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(RowError, match="'answer': expected a text, found nothing"):
        pair({"question": "a"}, "question", "answer")


# Two lists of turns


@given(talks())
def test_of_two_lists_of_turns_only_the_second_is_trained(said: Conversation) -> None:
    row = as_row(said)
    turns = row["messages"]
    assert isinstance(turns, list)
    read = completion(
        {"prompt": turns[:-1], "completion": turns[-1:], "tools": row["tools"]},
        "prompt",
        "completion",
    )
    assert read.tools == said.tools
    assert [turn.content for turn in read.messages] == [turn.content for turn in said.messages]
    trained = [turn.trained for turn in read.messages if turn.role is Role.ASSISTANT]
    assert trained == [False] * (len(trained) - 1) + [True]


@pytest.mark.parametrize(
    ("prompt", "answer", "reason"),
    [
        ("hello", [ASSISTANT], "'prompt' and 'completion': expected two texts or two lists"),
        ([USER], "hi", "'prompt' and 'completion': expected two texts or two lists"),
        ([], [ASSISTANT], "'prompt': the list of turns is empty"),
        ([USER], [], "'completion': the list of turns is empty"),
        ([USER], [USER], "no assistant turn"),
        ([USER, ASSISTANT], [ASSISTANT], "turn 3 is assistant, expected user"),
        ([USER], [7], "turn 1: expected an object, found a number"),
    ],
)
def test_lists_that_make_no_conversation_are_refused(
    prompt: object, answer: object, reason: str
) -> None:
    with pytest.raises(RowError) as refused:
        completion({"prompt": prompt, "completion": answer}, "prompt", "completion")
    assert str(refused.value).startswith(reason)


# Alpaca


def read_alpaca(**columns: object) -> Conversation:
    row = {"instruction": "add", "output": "3", **columns}
    return alpaca(row, "instruction", "output")


@given(words, words)
def test_the_input_follows_the_instruction_after_a_blank_line(asked: str, given: str) -> None:
    said = read_alpaca(instruction=asked, input=given)
    assert said.messages[0].content == f"{asked}\n\n{given}"


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_input_the_instruction_is_the_question(nothing: object) -> None:
    assert read_alpaca(input=nothing).messages[0].content == "add"


def test_history_comes_before_the_question_and_the_system_prompt_before_all() -> None:
    said = read_alpaca(system="be kind", history=[["a", "b"], ["c", "d"]])
    assert [turn.content for turn in said.messages] == ["be kind", *"abcd", "add", "3"]
    assert all(turn.trained for turn in said.messages)


@pytest.mark.parametrize("nothing", [None, []])
def test_there_may_be_no_history(nothing: object) -> None:
    assert read_alpaca(history=nothing) == read_alpaca()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("input", 7, "'input': expected a text, found a number"),
        ("input", " ", "'input': the text is empty"),
        ("system", [], "'system': expected a text, found a list"),
        ("history", "a", "'history': expected a list of pairs, found a text"),
        ("history", [["a"]], "'history', pair 1: expected a question and its answer"),
        ("history", [["a", "b"], "cd"], "'history', pair 2: expected a question and its answer"),
        ("history", [["a", None]], "'history', pair 1, answer: expected a text, found nothing"),
        ("history", [["", "b"]], "'history', pair 1, question: the text is empty"),
    ],
)
def test_what_comes_before_must_be_readable_too(column: str, value: object, reason: str) -> None:
    with pytest.raises(RowError) as refused:
        read_alpaca(**{column: value})
    assert str(refused.value) == reason
