"""How a row of ShareGPT is read."""

import json

import pytest
from hypothesis import given

from domain.conversation import Conversation, Message, Role, RowError, ToolCall
from domain.formats.messages import chat
from domain.formats.sharegpt import shared
from tests.strategies import conversations, talks

HUMAN = {"from": "human", "value": "where is the owl?"}
GPT = {"from": "gpt", "value": "in the attic"}
CALL = {"name": "look", "arguments": {"place": "attic"}}
CALLING = {"from": "function_call", "value": json.dumps(CALL)}
SEEN = {"from": "observation", "value": "an owl"}
NAMES = {Role.SYSTEM: "system", Role.USER: "human", Role.ASSISTANT: "gpt", Role.TOOL: "tool"}


def only(*turns: object) -> dict[str, object]:
    return {"conversations": list(turns)}


def written(turn: Message) -> dict[str, object]:
    made = [{"name": call.name, "arguments": call.arguments} for call in turn.tool_calls]
    return {
        "from": NAMES[turn.role],
        "value": turn.content,
        "thinking": turn.thinking,
        "weight": int(turn.trained),
        "tool_calls": made,
    }


@given(conversations())
def test_turns_are_read_in_their_order(said: Conversation) -> None:
    turns = [{"from": NAMES[turn.role], "value": turn.content} for turn in said.messages]
    assert shared(only(*turns)) == said


@given(talks())
def test_what_messages_may_hold_these_turns_may_hold_too(said: Conversation) -> None:
    row = {**only(*map(written, said.messages)), "tools": said.tools}
    turns = [
        {**turn, "role": role.role.value, "content": turn["value"]}
        for turn, role in zip(map(written, said.messages), said.messages, strict=True)
    ]
    assert shared(row) == chat({"messages": turns, "tools": said.tools})


@pytest.mark.parametrize("human", ["human", "user"])
@pytest.mark.parametrize("gpt", ["gpt", "assistant", "chatgpt"])
def test_speakers_have_several_names(human: str, gpt: str) -> None:
    assert shared(only({**HUMAN, "from": human}, {**GPT, "from": gpt})) == shared(only(HUMAN, GPT))


@pytest.mark.parametrize("tool", ["tool", "function_response", "observation"])
@pytest.mark.parametrize("calls", [CALL, json.dumps(CALL), [CALL], json.dumps([CALL])])
def test_calls_and_results_are_turns_of_their_own(tool: str, calls: object) -> None:
    said = shared(only(HUMAN, {**CALLING, "value": calls}, {**SEEN, "from": tool}, GPT))
    assert said.messages[1:3] == (
        Message(Role.ASSISTANT, "", tool_calls=(ToolCall("look", '{"place":"attic"}'),)),
        Message(Role.TOOL, "an owl"),
    )


def test_a_column_may_hold_the_system_prompt_and_another_the_tools() -> None:
    row = {**only(HUMAN, GPT), "system": "be kind", "tools": json.dumps([{"name": "look"}])}
    said = shared(row)
    assert said.messages[0] == Message(Role.SYSTEM, "be kind")
    assert said.tools == '[{"name":"look"}]'
    assert shared({**row, "system": ""}).messages[0].role is Role.USER
    assert shared({**row, "hint": "be brief"}, "hint").messages[0].content == "be brief"


def test_turns_with_role_and_content_are_read_as_messages() -> None:
    turns = [{"role": "user", "content": "hello"}, {"role": "model", "content": "hi"}]
    assert shared(only(*turns)) == chat({"messages": turns})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "'conversations': expected a list of turns, found nothing"),
        (only(), "'conversations': the list of turns is empty"),
        (only("hello"), "turn 1: expected an object, found a text"),
        (only({}), "turn 1, 'from': found nothing, known are system, human"),
        (only({"from": "bing", "value": "x"}), "turn 1, 'from': found 'bing', known are"),
        (only({"from": "human"}), "turn 1, 'value': expected a text, found nothing"),
        (only({"from": "human", "value": 7}), "turn 1, 'value': expected a text, found a number"),
        (only({"from": "human", "value": "\t"}), "turn 1, 'value': the text is empty"),
        (only(GPT, HUMAN), "turn 1 is assistant, expected system or user"),
        (only(HUMAN, GPT, SEEN, GPT), "turn 3 is tool, expected user"),
        (only(HUMAN), "no assistant turn: nothing to learn"),
        (only(HUMAN, {**CALLING, "value": "look()"}), "turn 2, 'value': no JSON in the text"),
        (only(HUMAN, {**CALLING, "value": None}), "turn 2, 'value': expected an object, found no"),
        (only(HUMAN, {**CALLING, "value": "[]"}), "turn 2, 'value': there is no call in the list"),
        (only(HUMAN, {**CALLING, "value": "[{}]"}), "turn 2, 'value', call 1, 'name': expected a"),
        ({**only(HUMAN, GPT), "tools": "look"}, "'tools': no JSON in the text"),
        ({**only(HUMAN, GPT), "system": 7}, "'system': expected a text, found a number"),
    ],
)
def test_rows_that_cannot_be_used_are_refused_with_the_field(
    row: dict[str, object], reason: str
) -> None:
    with pytest.raises(RowError) as refused:
        shared(row)
    assert str(refused.value).startswith(reason)
