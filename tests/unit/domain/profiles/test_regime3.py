"""What regime3 promises of every conversation."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role, RowError
from domain.profiles.expressions import CanonicalForm, parse
from domain.profiles.marked_answers import CLOSING, OPENING, canonical
from domain.profiles.processors import BalancedExpression
from domain.profiles.regime3 import Regime3
from domain.profiles.registry import built_in
from domain.profiles.thoughts import sanitise
from domain.settings.profile import ProfileSettings
from domain.settings.regime3 import OperatorCase, Regime3Settings
from domain.settings.settings import Settings
from tests.unit.domain.profiles.emoji_talks import pair
from tests.unit.domain.profiles.regime3_talks import (
    CALL,
    answers,
    profiles,
    refusal,
    rewritten,
    right,
    talks,
    texts,
)


@given(talks(right | texts), profiles)
def test_rewriting_twice_is_rewriting_once(talk: Conversation, profile: Regime3) -> None:
    once = rewritten(talk, profile)
    assert profile.transform(once, 1, 0) == once


@given(talks(right), profiles)
def test_every_answer_is_in_canonical_form(talk: Conversation, profile: Regime3) -> None:
    form = CanonicalForm(profile.operator_case, frozenset(profile.commutative.split()))
    for before, after in zip(answers(talk), answers(rewritten(talk, profile)), strict=True):
        assert after.trained == before.trained
        assert after.content == canonical(after.content, form)
        between = after.content.partition(f"{OPENING} ")[2].removesuffix(f" {CLOSING}")
        assert form.write(parse(between)) == between


@given(talks(texts), st.sampled_from(OperatorCase))
def test_every_answer_ends_with_one_pair_of_markers_where_strict_is_off(
    talk: Conversation, case: OperatorCase
) -> None:
    for answer in answers(rewritten(talk, Regime3(strict=False, operator_case=case))):
        assert (answer.content.count(OPENING), answer.content.count(CLOSING)) == (1, 1)
        assert f"{OPENING} " in answer.content
        assert answer.content.endswith(f" {CLOSING}")


@given(talks(right), st.integers(1, 10**6), st.integers(0, 9))
def test_neither_the_place_of_a_row_nor_the_seed_takes_part(
    talk: Conversation, number: int, seed: int
) -> None:
    assert Regime3().transform(talk, number, seed) == Regime3().transform(talk, 1, 0)


@given(talks(right), profiles)
def test_nothing_but_answers_and_system_prompts_changes(
    talk: Conversation, profile: Regime3
) -> None:
    def rest(conversation: Conversation) -> list[Message]:
        return [
            replace(turn, content="") if turn in answers(conversation) else turn
            for turn in conversation.messages
            if turn.role is not Role.SYSTEM
        ]

    talk = replace(talk, tools="[{}]")
    try:
        clean = sanitise(talk)
    except RowError:
        assume(condition=False)
        raise
    after = rewritten(talk, profile)
    assert rest(after) == rest(clean)
    assert after.tools == "[{}]"


def test_a_row_is_refused_with_turn_position_expectation_and_excerpt() -> None:
    talk = Conversation((*pair("1 + 2?", "(add 1 2)").messages, *pair("?", "(add 1, 2)").messages))
    assert refusal(talk) == (
        "turn 4: position 7: expected a number, an atom or a parenthesis, found ', 2)'"
    )
    assert refusal(pair("?", f"so {OPENING} 4")).startswith(
        f"turn 2: position 19: expected {CLOSING}"
    )
    assert refusal(pair("?", f"{OPENING} {CLOSING}"), Regime3(strict=False)) == (
        "turn 2: the answer says nothing beside its markers"
    )


def test_a_refusal_says_how_the_row_could_be_kept() -> None:
    with pytest.raises(RowError) as raised:
        Regime3().transform(pair("?", "it is 4"), 1, 0)
    assert raised.value.fix == ("correct it", "or turn regime3.strict off: it is wrapped as it is")
    with pytest.raises(RowError) as raised:
        Regime3(strict=False).transform(pair("?", OPENING), 1, 0)
    assert raised.value.fix == ()


def test_an_answer_that_is_not_trained_is_read_as_well() -> None:
    untrained = Message(Role.ASSISTANT, "it is 4", trained=False)
    talk = Conversation((Message(Role.USER, "?"), untrained, *pair("?", "4").messages))
    assert refusal(talk).startswith("turn 2: position 4")
    assert answers(Regime3(strict=False).transform(talk, 1, 0))[0] == replace(
        untrained, content=f"{OPENING} it is 4 {CLOSING}"
    )


def test_a_call_of_a_tool_is_no_answer() -> None:
    call = Message(Role.ASSISTANT, "I look", tool_calls=(CALL,))
    talk = Conversation(
        (Message(Role.USER, "?"), call, Message(Role.TOOL, "(4"), Message(Role.ASSISTANT, "4"))
    )
    assert Regime3().transform(talk, 1, 0).messages[2:4] == talk.messages[1:3]


def test_hidden_thoughts_do_not_become_reasoning() -> None:
    answer = f"<think>(hm</think>\nso {OPENING} 4 {CLOSING}"
    talk = Conversation((Message(Role.USER, "?"), Message(Role.ASSISTANT, answer, "hm")))
    assert Regime3().transform(talk, 1, 0).messages[-1] == Message(
        Role.ASSISTANT, f"so {OPENING} 4 {CLOSING}"
    )


def test_order_makes_no_think_tags() -> None:
    talk = pair("?", "(add > <think)")
    assert Regime3().transform(talk, 1, 0).answer == f"{OPENING} (add > <think) {CLOSING}"
    assert refusal(talk, Regime3(commutative="add")).endswith("an answer has think tags")


def test_the_profile_reads_its_own_section() -> None:
    settings = Settings(
        profile=ProfileSettings(name="regime3", system_prompt="be brief"),
        regime3=Regime3Settings(
            strict=False, operator_case=OperatorCase.UPPER, commutative="add mul"
        ),
    )
    wanted = Regime3(
        "be brief", strict=False, operator_case=OperatorCase.UPPER, commutative="add mul"
    )
    assert built_in("regime3", settings) == wanted
    assert wanted.own_thinking


def test_generation_is_told_of_parentheses_and_markers() -> None:
    assert Regime3().processors() == (BalancedExpression("<<ANS_START>>", "<<ANS_END>>"),)
