"""Conversations whose answers are expressions, nearly expressions, or prose."""

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role, RowError, ToolCall, ask
from domain.profiles.marked_answers import CLOSING, OPENING
from domain.profiles.regime3 import Regime3
from domain.settings.regime3 import OperatorCase
from tests.unit.domain.profiles.expression_texts import spaced, trees

CALL = ToolCall("look", '{"where": "there"}')
RULES = Regime3().transform(ask("why?"), 1, 0).messages[0].content
SHOUTED = Regime3(operator_case=OperatorCase.UPPER).transform(ask("?"), 1, 0).messages[0].content

_PROSE = ["it is 4", "(add 1", OPENING, CLOSING, " ", "<think>hm", "</think>", "<think", ">", "x"]
expressions = trees.flatmap(spaced)
texts = st.lists(st.sampled_from(_PROSE), min_size=1, max_size=6).map("".join)
right = st.one_of(
    expressions,
    expressions.map(lambda text: f"{OPENING}{text} {CLOSING}\n"),
    expressions.map(lambda text: f"<think>so</think>first this {OPENING} {text} {CLOSING}"),
)
prompts = st.sampled_from(["", " ", "be kind", f"{RULES}\n\nbe kind", RULES, SHOUTED, OPENING])
profiles = st.builds(
    Regime3,
    st.sampled_from(["", "be brief"]),
    strict=st.booleans(),
    operator_case=st.sampled_from(OperatorCase),
    commutative=st.sampled_from(["", "add mul", "ADD  + ΑΣ"]),
)


@st.composite
def talks(draw: st.DrawFn, answers: st.SearchStrategy[str]) -> Conversation:
    """Draw turns: perhaps system prompts and tools, and perhaps an answer to come."""
    turns = [Message(Role.SYSTEM, draw(prompts)) for _ in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(1, 3))):
        turns.append(Message(Role.USER, draw(texts)))
        if draw(st.integers(0, 3)) == 0:
            turns.append(Message(Role.ASSISTANT, draw(texts), tool_calls=(CALL,)))
            turns.append(Message(Role.TOOL, draw(texts)))
        thinking = draw(st.sampled_from(["", "", "hm"]))
        turns.append(Message(Role.ASSISTANT, draw(answers), thinking, trained=draw(st.booleans())))
    return Conversation(tuple(turns[: -1 if draw(st.integers(0, 4)) == 0 else None]))


def rewritten(talk: Conversation, profile: Regime3) -> Conversation:
    try:
        return profile.transform(talk, 1, 0)
    except RowError:
        assume(condition=False)
        raise


def answers(talk: Conversation) -> list[Message]:
    return [turn for turn in talk.messages if turn.role is Role.ASSISTANT and not turn.tool_calls]


def system(talk: Conversation) -> list[str]:
    return [turn.content for turn in talk.messages if turn.role is Role.SYSTEM]


def refusal(talk: Conversation, profile: Regime3 | None = None) -> str:
    with pytest.raises(RowError) as raised:
        (profile or Regime3()).transform(talk, 1, 0)
    return str(raised.value)
