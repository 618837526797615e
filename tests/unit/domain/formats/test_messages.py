"""How a row of messages is read."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given

from domain.conversation import Conversation, Role, RowError, ToolCall
from domain.formats.messages import chat
from tests.strategies import conversations, talks
from tests.unit.domain.formats.written import as_row

USER = {"role": "user", "content": "hello"}
ASSISTANT = {"role": "assistant", "content": "hi"}
SYSTEM = {"role": "system", "content": "be kind"}
CALL = {"name": "look", "arguments": {"place": "attic"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
TOOL = {"role": "tool", "content": "an owl"}


def only(*turns: object) -> dict[str, object]:
    return {"messages": list(turns)}


def refusal(row: Mapping[str, object]) -> str:
    with pytest.raises(RowError) as refused:
        chat(row)
    return str(refused.value)


@given(conversations())
def test_plain_turns_are_read_in_their_order(said: Conversation) -> None:
    turns = [{"role": turn.role.value, "content": turn.content} for turn in said.messages]
    assert chat(only(*turns)) == said


@given(talks())
def test_thoughts_calls_results_tools_and_weights_are_read(said: Conversation) -> None:
    assert chat(as_row(said)) == said


@given(talks())
def test_a_table_may_hold_the_turns_as_json(said: Conversation) -> None:
    row = as_row(said)
    assert chat({**row, "messages": json.dumps(row["messages"])}) == said


def test_white_space_in_a_text_is_kept() -> None:
    said = chat(only({**USER, "content": "  why\n"}, {**ASSISTANT, "content": "\tso "}))
    assert [turn.content for turn in said.messages] == ["  why\n", "\tso "]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("developer", Role.SYSTEM),
        ("human", Role.USER),
        ("gpt", Role.ASSISTANT),
        ("model", Role.ASSISTANT),
        ("function", Role.TOOL),
        ("ipython", Role.TOOL),
    ],
)
def test_other_names_of_a_role_are_understood(name: str, role: Role) -> None:
    turns: dict[Role, list[object]] = {
        Role.SYSTEM: [{"role": name, "content": "x"}, USER, ASSISTANT],
        Role.USER: [{"role": name, "content": "x"}, ASSISTANT],
        Role.ASSISTANT: [USER, {"role": name, "content": "x"}],
        Role.TOOL: [USER, CALLING, {"role": name, "content": "x"}, ASSISTANT],
    }
    said = chat(only(*turns[role]))
    assert [turn.role for turn in said.messages if turn.content == "x"] == [role]


@pytest.mark.parametrize(
    "call",
    [
        CALL,
        {**CALL, "arguments": '{"place": "attic"}'},
        {"function": CALL},
        {"id": None, "type": "function", "function": {**CALL, "arguments": '{"place":"attic"}'}},
        {**CALL, "function": None, "id": ""},
    ],
)
def test_a_call_may_be_bare_or_in_a_function_its_arguments_json_or_not(call: object) -> None:
    said = chat(only(USER, {**CALLING, "tool_calls": [call]}))
    assert said.messages[-1].tool_calls == (ToolCall("look", '{"place":"attic"}'),)


def test_calls_may_be_json_themselves_and_an_old_single_call_counts() -> None:
    text = {**CALLING, "tool_calls": json.dumps([CALL])}
    single = {"role": "assistant", "content": "", "function_call": CALL}
    assert chat(only(USER, text)) == chat(only(USER, single)) == chat(only(USER, CALLING))


def test_arguments_keep_the_order_of_their_keys_and_their_letters() -> None:
    call = {"name": "look", "arguments": {"z": "é", "a": [1, {"y": None, "b": True}]}}
    (found,) = chat(only(USER, {**CALLING, "tool_calls": [call]})).messages[-1].tool_calls
    assert found.arguments == '{"z":"é","a":[1,{"y":null,"b":true}]}'


def test_a_call_without_arguments_has_none() -> None:
    (found,) = (
        chat(only(USER, {**CALLING, "tool_calls": [{"name": "look"}]})).messages[-1].tool_calls
    )
    assert found == ToolCall("look", "{}")


@pytest.mark.parametrize("tools", [[{"name": "look"}], '[ {"name": "look"} ]'])
def test_tools_may_be_a_list_or_json(tools: object) -> None:
    assert chat({**only(USER, ASSISTANT), "tools": tools}).tools == '[{"name":"look"}]'


@pytest.mark.parametrize("tools", [None, "", [], "[]"])
def test_no_tools_are_none(tools: object) -> None:
    assert chat({**only(USER, ASSISTANT), "tools": tools}).tools == ""


@pytest.mark.parametrize("field", ["reasoning_content", "thinking"])
def test_thoughts_have_two_names(field: str) -> None:
    assert chat(only(USER, {**ASSISTANT, field: "hm"})).messages[-1].thinking == "hm"


def test_thoughts_under_both_names_must_be_the_same() -> None:
    both = {**ASSISTANT, "reasoning_content": "hm", "thinking": "hm"}
    assert chat(only(USER, both)).messages[-1].thinking == "hm"
    assert "turn 2: 'reasoning_content' and 'thinking'" in refusal(
        only(USER, {**both, "thinking": "oh"})
    )


@pytest.mark.parametrize(
    ("weight", "trained"),
    [(0, False), (1, True), (False, False), (True, True), (0.0, False), (1.0, True), (None, True)],
)
def test_a_weight_takes_a_turn_out(weight: object, trained: bool) -> None:  # noqa: FBT001 - expected
    said = chat(only(USER, {**ASSISTANT, "weight": weight}, USER, ASSISTANT))
    assert [turn.trained for turn in said.messages] == [True, trained, True, True]


@pytest.mark.parametrize("weight", [2, -1, 0.5, "1", [], float("nan")])
def test_any_other_weight_is_refused(weight: object) -> None:
    for turns in ((USER, {**ASSISTANT, "weight": weight}), ({**USER, "weight": weight}, ASSISTANT)):
        assert "'weight': expected 0 or 1" in refusal(only(*turns))


def test_a_content_may_be_parts_of_text() -> None:
    parts = [{"type": "text", "text": "hi "}, {"type": "text", "text": "there"}]
    assert chat(only(USER, {**ASSISTANT, "content": parts})).answer == "hi there"


def test_other_columns_and_fields_are_let_be() -> None:
    turn = {**ASSISTANT, "name": "owl", "refusal": None, "audio": 7}
    assert chat({"id": 7, "source": [], **only(USER, turn)}) == chat(only(USER, ASSISTANT))


def test_a_named_column_gives_the_system_prompt_of_the_row() -> None:
    row = {**only(USER, ASSISTANT), "sys": "be kind"}
    assert chat(row, "sys") == chat(only(SYSTEM, USER, ASSISTANT))
    assert chat({**row, "sys": ""}, "sys") == chat(only(USER, ASSISTANT))
    with pytest.raises(RowError, match="'sys' and turn 1 both give a system prompt"):
        chat({**row, **only(SYSTEM, USER, ASSISTANT)}, "sys")


@pytest.mark.parametrize(
    "turns",
    [
        [USER, CALLING, TOOL, ASSISTANT],
        [USER, CALLING, TOOL, TOOL, ASSISTANT],
        [USER, CALLING, TOOL, CALLING, TOOL, ASSISTANT],
        [USER, CALLING],
        [USER, CALLING, USER, ASSISTANT],
        [USER, CALLING, TOOL, ASSISTANT, USER, ASSISTANT],
    ],
)
def test_results_of_tools_follow_the_calls(turns: list[object]) -> None:
    assert len(chat(only(*turns)).messages) == len(turns)


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([USER], "no assistant turn: nothing to learn"),
        ([SYSTEM], "no assistant turn: nothing to learn"),
        ([ASSISTANT], "turn 1 is assistant, expected system or user"),
        ([SYSTEM, ASSISTANT], "turn 2 is assistant, expected user"),
        ([USER, USER, ASSISTANT], "turn 2 is user, expected assistant"),
        ([USER, ASSISTANT, ASSISTANT], "turn 3 is assistant, expected user"),
        ([SYSTEM, USER, ASSISTANT, SYSTEM], "turn 4 is system, expected user"),
        ([SYSTEM, SYSTEM, USER, ASSISTANT], "turn 2 is system, expected user"),
        ([USER, ASSISTANT, USER], "the last turn is not the assistant's"),
        ([USER, CALLING, TOOL], "the last turn is not the assistant's"),
        ([USER, ASSISTANT, TOOL, ASSISTANT], "turn 3 is tool, expected user"),
        ([TOOL, USER, ASSISTANT], "turn 1 is tool, expected system or user"),
        ([USER, TOOL, ASSISTANT], "turn 2 is tool, expected assistant"),
        ([USER, CALLING, TOOL, USER, ASSISTANT], "turn 4 is user, expected assistant or tool"),
        ([USER, CALLING, ASSISTANT], "turn 3 is assistant, expected tool or user"),
    ],
)
def test_a_wrong_order_is_refused_with_the_turn(turns: list[object], reason: str) -> None:
    assert refusal(only(*turns)).startswith(reason)


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        (None, "'messages': expected a list of turns, found nothing"),
        ([], "'messages': the list of turns is empty"),
        ("hello", "'messages': no JSON in the text, "),
        ("[" * 100_000, "'messages': no JSON in the text, "),
        ('[{"role": "user", "role": "user"}]', "'messages': no JSON in the text, a key occurs"),
        ({"role": "user"}, "'messages': expected a list of turns, found an object"),
        (["hello"], "turn 1: expected an object, found a text"),
        ([USER, None], "turn 2: expected an object, found nothing"),
        ([{"role": ["user"], "content": "x"}], "turn 1, 'role': found a list, known are system,"),
        ([{"content": "x"}], "turn 1, 'role': found nothing, known are system, user, assistant"),
        ([USER, {"role": "User", "content": "x"}], "turn 2, 'role': found 'User', known are"),
        ([{"role": "\x1b[2J" + "x" * 99}], "turn 1, 'role': found '\\x1b[2J" + "x" * 36 + "…', "),
        ([USER, {"role": "assistant"}], "turn 2, 'content': expected a text, found nothing"),
        ([{"role": "user", "content": 7}], "turn 1, 'content': expected a text, found a number"),
        ([{"role": "user", "content": True}], "turn 1, 'content': expected a text, found a truth"),
        ([{"role": "user", "content": {}}], "turn 1, 'content': expected a text, found an object"),
        ([{"role": "user", "content": ""}], "turn 1, 'content': the text is empty"),
        ([{"role": "user", "content": " \n\u3000"}], "turn 1, 'content': the text is empty"),
        ([{"role": "user", "content": []}], "turn 1, 'content': the text is empty"),
        ([{"role": "user", "content": ["x"]}], "turn 1, 'content', part 1: expected an object, "),
        (
            [{"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "image"}]}],
            "turn 1, 'content', part 2: its type is 'image', only 'text' is trained on",
        ),
        ([{"role": "user", "content": [{"type": "text"}]}], "turn 1, 'content', part 1, 'text': "),
        ([{"role": "user", "content": [{}]}], "turn 1, 'content', part 1: its type is nothing"),
        ([{"role": "user", "content": "ab\0"}], "turn 1, 'content': character 3 is NUL"),
        (
            [{"role": "user", "content": "ab\ud83d"}],
            "turn 1, 'content': character 3 is half of a surrogate pair",
        ),
        ([{**USER, "tool_calls": [CALL]}], "turn 1: user has thoughts or calls"),
        ([{**SYSTEM, "thinking": "hm"}], "turn 1: system has thoughts or calls"),
        ([USER, {**ASSISTANT, "thinking": 7}], "turn 2, 'thinking': expected a text, found a num"),
        ([USER, {**ASSISTANT, "thinking": " "}], "turn 2, 'thinking': the text is empty"),
        ([USER, {**CALLING, "content": "\n"}], "turn 2, 'content': the text is empty"),
        ([USER, {**CALLING, "tool_calls": []}], "turn 2, 'content': expected a text, found noth"),
    ],
)
def test_turns_that_cannot_be_read_are_refused_with_the_field(turns: object, reason: str) -> None:
    assert refusal({"messages": turns}).startswith(reason)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (7, "expected a list of calls, found a number"),
        (CALL, "expected a list of calls, found an object"),
        ("look()", "no JSON in the text"),
    ],
)
def test_calls_that_are_no_list_are_refused(made: object, reason: str) -> None:
    row = only(USER, {**CALLING, "tool_calls": made})
    assert refusal(row).startswith(f"turn 2, 'tool_calls': {reason}")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("look", ": expected an object, found a text"),
        ({"type": "custom", **CALL}, ": only calls of type 'function' are known"),
        ({"function": "look"}, ", 'function': expected an object, found a text"),
        ({"arguments": {}}, ", 'name': expected a text, found nothing"),
        ({**CALL, "id": 7}, ", 'id': expected a text, found a number"),
        ({**CALL, "arguments": "attic"}, ", 'arguments': no JSON in the text"),
        ({**CALL, "arguments": "[1]"}, ", 'arguments': expected an object, found a list"),
        ({**CALL, "arguments": [1]}, ", 'arguments': expected an object, found a list"),
        ({**CALL, "arguments": '{"a": NaN}'}, ", 'arguments': cannot be written as JSON"),
        ({**CALL, "arguments": {"a": b"x"}}, ", 'arguments': cannot be written as JSON"),
        ({**CALL, "arguments": {"a": "x\0"}}, ", 'arguments': a text in it holds a NUL"),
        ({**CALL, "arguments": {"a": "\ude00"}}, ", 'arguments': character 7 is half of a"),
        ({**CALL, "arguments": '{"a": 1, "a": 2}'}, ", 'arguments': no JSON in the text, a key"),
    ],
)
def test_a_call_that_cannot_be_read_is_refused_with_the_field(call: object, reason: str) -> None:
    row = only(USER, {**CALLING, "tool_calls": [CALL, call]})
    assert refusal(row).startswith(f"turn 2, 'tool_calls', call 2{reason}")


def test_a_backslash_before_u0000_is_no_nul() -> None:
    said = chat(only(USER, {**CALLING, "tool_calls": [{**CALL, "arguments": {"a": "\\u0000"}}]}))
    assert said.messages[-1].tool_calls[0].arguments == '{"a":"\\\\u0000"}'


@pytest.mark.parametrize(
    ("tools", "reason"),
    [
        (7, "'tools': expected a list, found a number"),
        ({"name": "look"}, "'tools': expected a list, found an object"),
        (["look"], "'tools': tool 1 is a text, expected an object"),
        ("look", "'tools': no JSON in the text"),
    ],
)
def test_tools_that_cannot_be_read_are_refused(tools: object, reason: str) -> None:
    assert refusal({**only(USER, ASSISTANT), "tools": tools}).startswith(reason)
