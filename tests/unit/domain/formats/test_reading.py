"""How the format of a dataset is recognised, and a row read by it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Example, PlainText, Role, RowError, TokenRow
from domain.formats.reading import Reading, parse, recognise, settle
from domain.settings.data import DataFormat, DataSettings, TrainTurns
from tests.strategies import json_values, talks
from tests.unit.domain.formats.written import as_row

USER = {"role": "user", "content": "hello"}
ASSISTANT = {"role": "assistant", "content": "hi"}
ROWS: Mapping[DataFormat, dict[str, object]] = {
    DataFormat.MESSAGES: {"messages": [USER, ASSISTANT]},
    DataFormat.SHAREGPT: {
        "conversations": [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]
    },
    DataFormat.ALPACA: {"instruction": "hello", "output": "hi"},
    DataFormat.QUESTION_ANSWER: {"question": "hello", "answer": "hi"},
    DataFormat.PROMPT_COMPLETION: {"prompt": "hello", "completion": "hi"},
    DataFormat.TOKENS: {"input_ids": [5, 6]},
    DataFormat.TEXT: {"text": "hello"},
}
PAIRS = (DataFormat.ALPACA, DataFormat.QUESTION_ANSWER, DataFormat.PROMPT_COMPLETION)
COLUMNS = [column for row in ROWS.values() for column in row]
COLUMNS += ["tools", "system", "history", "input", "labels", "attention_mask"]
any_row = st.dictionaries(st.sampled_from(COLUMNS), json_values, max_size=6)


def reading_of(**settings: Any) -> Reading:
    return Reading(**settings)


def trained(example: Example) -> list[bool]:
    assert isinstance(example, Conversation)
    return [turn.trained for turn in example.messages if turn.role is Role.ASSISTANT]


# Recognising


@pytest.mark.parametrize("kind", ROWS)
def test_a_format_is_known_by_its_columns(kind: DataFormat) -> None:
    assert recognise([{"id": 1, **ROWS[kind]}]) is kind


def test_every_format_can_be_recognised() -> None:
    assert set(ROWS) == set(DataFormat) - {DataFormat.AUTO}


def test_most_of_the_first_rows_decide_not_the_first_alone() -> None:
    question, text = ROWS[DataFormat.QUESTION_ANSWER], ROWS[DataFormat.TEXT]
    assert recognise([{"license": "MIT"}, question, question]) is DataFormat.QUESTION_ANSWER
    assert recognise([text, question, question]) is DataFormat.QUESTION_ANSWER


def test_columns_that_a_table_leaves_empty_do_not_count() -> None:
    empty = dict.fromkeys(("messages", "instruction", "output"))
    assert recognise([{**empty, **ROWS[DataFormat.TEXT]}]) is DataFormat.TEXT
    assert recognise([{**ROWS[DataFormat.TEXT], "text": None}]) is DataFormat.TEXT


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ((DataFormat.TEXT, DataFormat.ALPACA), DataFormat.ALPACA),
        ((DataFormat.TEXT, DataFormat.TOKENS), DataFormat.TOKENS),
        ((DataFormat.TOKENS, DataFormat.MESSAGES), DataFormat.MESSAGES),
        ((DataFormat.PROMPT_COMPLETION, DataFormat.QUESTION_ANSWER), DataFormat.QUESTION_ANSWER),
        ((DataFormat.QUESTION_ANSWER, DataFormat.MESSAGES), DataFormat.MESSAGES),
    ],
)
def test_of_two_formats_the_one_that_says_more_wins(
    kinds: tuple[DataFormat, ...], kind: DataFormat
) -> None:
    assert recognise([{**ROWS[kinds[0]], **ROWS[kinds[1]]}]) is kind
    assert recognise([{**ROWS[kinds[1]], **ROWS[kinds[0]]}]) is kind


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], "no columns"),
        ([{}], "no columns"),
        ([{"x": 1}, {"y": 2}, {"x": 3}], "x, y"),
        ([{"question": "a", "prompt": "b"}], "question, prompt"),
        ([{"\x1b[2J": 1}], "\\x1b[2J"),
        (
            [{f"c{number}": 1 for number in range(21)}],
            ", ".join(f"c{n}" for n in range(20)) + ", …",
        ),
    ],
)
def test_no_known_format_is_refused_with_the_columns_and_what_is_known(
    rows: list[Mapping[str, object]], found: str
) -> None:
    with pytest.raises(RowError) as refused:
        recognise(rows)
    assert str(refused.value) == f"the first rows have no known format: found {found}"
    assert "messages, or conversations, or instruction and output" in refused.value.why


@pytest.mark.parametrize(
    ("columns", "suggestion"),
    [
        (
            ("Query", "id", "Response"),
            "did you mean data.question_column=Query and data.answer_column=Response?",
        ),
        (
            ("problem", "solution"),
            "did you mean data.question_column=problem and data.answer_column=solution?",
        ),
        (("mesages",), "did you mean 'messages' instead of 'mesages'?"),
        (("Conversation", "id"), "did you mean 'conversations' instead of 'Conversation'?"),
    ],
)
def test_what_was_meant_is_suggested(columns: tuple[str, ...], suggestion: str) -> None:
    with pytest.raises(RowError) as refused:
        recognise([dict.fromkeys(columns, "x")])
    assert refused.value.fix[0] == suggestion


# Settling with the settings


def test_a_format_that_is_set_is_not_guessed() -> None:
    both = {**ROWS[DataFormat.QUESTION_ANSWER], **ROWS[DataFormat.TEXT]}
    assert settle([both], Reading(format=DataFormat.TEXT)) is DataFormat.TEXT
    assert settle([both], Reading()) is DataFormat.QUESTION_ANSWER


@pytest.mark.parametrize("mapping", [{"question_column": "q"}, {"answer_column": "a"}])
def test_named_columns_make_rows_questions_and_answers(mapping: dict[str, str]) -> None:
    row = {"q": "x", "a": "y", **ROWS[DataFormat.TEXT]}
    assert settle([row], reading_of(**mapping)) is DataFormat.QUESTION_ANSWER


@pytest.mark.parametrize("name", ["question_column", "answer_column", "system_column"])
def test_a_named_column_that_no_first_row_has_is_refused(name: str) -> None:
    row = {**ROWS[DataFormat.QUESTION_ANSWER], "subject": ""}
    assert settle([row, {**row, "topic": ""}], reading_of(**{name: "topic"}))
    with pytest.raises(RowError, match="no column 'subjet': found question, answer, subj") as error:
        settle([row], reading_of(**{name: "subjet"}))
    assert error.value.why == f"data.{name} names it"
    assert error.value.fix == ("did you mean 'subject' instead of 'subjet'?",)


@pytest.mark.parametrize("kind", [kind for kind in ROWS if kind not in PAIRS])
def test_columns_without_meaning_for_a_format_are_refused(kind: DataFormat) -> None:
    for name in ("question_column", "answer_column"):
        with pytest.raises(RowError, match=f"^data.{name} has no meaning for rows of .* {kind}$"):
            settle([ROWS[kind]], reading_of(format=kind, **{name: "id"}))


@pytest.mark.parametrize("kind", ROWS)
def test_a_system_column_needs_turns(kind: DataFormat) -> None:
    row, reading = {**ROWS[kind], "hint": "x"}, Reading(format=kind, system_column="hint")
    if kind in (DataFormat.TEXT, DataFormat.TOKENS):
        with pytest.raises(RowError, match=r"^data.system_column has no meaning"):
            settle([row], reading)
    else:
        assert settle([row], reading) is kind


# Reading


def test_a_reading_takes_what_the_settings_say() -> None:
    settings = DataSettings(
        format=DataFormat.ALPACA,
        question_column="q",
        answer_column="a",
        system_column="s",
        train_turns=TrainTurns.LAST,
    )
    assert Reading.of(settings) == Reading(
        format=DataFormat.ALPACA,
        question_column="q",
        answer_column="a",
        system_column="s",
        train_turns=TrainTurns.LAST,
    )
    assert Reading.of(DataSettings()) == Reading()


@pytest.mark.parametrize("kind", ROWS)
def test_each_format_is_read_its_own_way(kind: DataFormat) -> None:
    example = parse(ROWS[kind], Reading(), kind)
    match kind:
        case DataFormat.TEXT:
            assert example == PlainText("hello")
        case DataFormat.TOKENS:
            assert example == TokenRow((5, 6), (True, True))
        case _:
            assert example == parse(ROWS[DataFormat.MESSAGES], Reading(), DataFormat.MESSAGES)
    assert parse(ROWS[kind], Reading(), DataFormat.AUTO) == example


@pytest.mark.parametrize("kind", PAIRS)
def test_columns_may_have_other_names(kind: DataFormat) -> None:
    reading = Reading(question_column="q", answer_column="a", system_column="s")
    said = parse({"q": "x", "a": "y", "s": "z"}, reading, kind)
    assert isinstance(said, Conversation)
    assert [turn.content for turn in said.messages] == ["z", "x", "y"]


@pytest.mark.parametrize("kind", [DataFormat.ALPACA, DataFormat.SHAREGPT])
def test_some_formats_have_a_system_column_of_their_own(kind: DataFormat) -> None:
    said = parse({**ROWS[kind], "system": "be kind"}, Reading(), kind)
    assert isinstance(said, Conversation)
    assert said.messages[0].content == "be kind"


@given(talks())
def test_of_all_answers_the_last_alone_may_be_trained(said: Conversation) -> None:
    all_turns = parse(as_row(said), Reading(), DataFormat.MESSAGES)
    last = parse(as_row(said), Reading(train_turns=TrainTurns.LAST), DataFormat.MESSAGES)
    assert all_turns == said
    assert trained(last) == [False] * (len(trained(said)) - 1) + [True]
    assert isinstance(last, Conversation)
    assert [replace(turn, trained=True) for turn in last.messages] == [
        replace(turn, trained=True) for turn in said.messages
    ]


@pytest.mark.parametrize("turns", TrainTurns)
def test_a_row_in_which_no_answer_is_trained_is_refused(turns: TrainTurns) -> None:
    silent = {**ASSISTANT, "weight": 0}
    first = ASSISTANT if turns is TrainTurns.LAST else silent
    with pytest.raises(RowError, match="no turn of the assistant is trained"):
        parse(
            {"messages": [USER, first, USER, silent]},
            Reading(train_turns=turns),
            DataFormat.MESSAGES,
        )


@pytest.mark.parametrize("kind", DataFormat)
@given(row=any_row)
def test_any_row_is_read_or_refused_but_never_breaks(
    kind: DataFormat, row: dict[str, object]
) -> None:
    try:
        example = parse(row, Reading(), kind)
    except RowError as refusal:
        assert str(refusal).isprintable()  # noqa: PT017 - refusing is one of two good ends
        return
    if isinstance(example, Conversation):
        assert example.messages[-1].role is Role.ASSISTANT


turns = st.dictionaries(
    st.sampled_from(["role", "content", "from", "value", "tool_calls", "weight", "thinking"]),
    json_values | st.sampled_from(["user", "assistant", "human", "gpt", "function_call", "tool"]),
)


@pytest.mark.parametrize("column", ["messages", "conversations"])
@given(said=st.lists(turns, max_size=3))
def test_any_turns_are_read_or_refused_but_never_break(
    column: str, said: list[dict[str, object]]
) -> None:
    try:
        parse({column: said}, Reading(), DataFormat.AUTO)
    except RowError as refusal:
        assert str(refusal).isprintable()  # noqa: PT017 - refusing is one of two good ends
