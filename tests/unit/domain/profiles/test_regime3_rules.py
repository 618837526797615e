"""How the rules of regime3 come into the system prompt."""

from dataclasses import replace

import pytest
from hypothesis import assume, given

from domain.conversation import Conversation, Message, Role, ask
from domain.profiles.marked_answers import CLOSING, OPENING
from domain.profiles.regime3 import Regime3
from domain.settings.regime3 import OperatorCase
from tests.unit.domain.profiles.emoji_talks import pair
from tests.unit.domain.profiles.regime3_talks import (
    RULES,
    SHOUTED,
    profiles,
    rewritten,
    right,
    system,
    talks,
)


@given(talks(right), profiles)
def test_the_rules_follow_the_rows_own_prompt_exactly_once(
    talk: Conversation, profile: Regime3
) -> None:
    assume(sum("For example" in prompt for prompt in system(talk)) <= 1)
    (rules,) = system(replace(profile, system_prompt="").transform(ask("?"), 0, 0))
    told = "".join(system(rewritten(talk, profile)))
    assert told.count(rules) == told.count("For example") == 1
    kept = (prompt.replace(RULES, rules).replace(SHOUTED, rules) for prompt in system(talk))
    assert all(prompt in told for prompt in kept if prompt.strip())


def test_a_prompt_without_an_answer_gets_the_rules_alone() -> None:
    talk = ask("(add  1 2)?")
    assert Regime3().transform(talk, 0, 0).messages[1:] == talk.messages
    assert system(Regime3("be brief").transform(talk, 0, 0)) == [f"be brief\n\n{RULES}"]


def test_answers_before_an_answer_to_come_are_as_in_training() -> None:
    talk = Conversation((*pair("?", "(add  1 2)").messages, Message(Role.USER, "again?")))
    whole = Conversation((*talk.messages, Message(Role.ASSISTANT, "3")))
    asked = Regime3().transform(talk, 0, 0)
    assert asked == Regime3().transform(whole, 1, 0).prompt
    assert asked.messages[2].content == f"{OPENING} (add 1 2) {CLOSING}"


@pytest.mark.parametrize(
    ("own", "configured", "wanted"),
    [
        (None, "", RULES),
        (None, "be brief", f"be brief\n\n{RULES}"),
        ("be kind", "be brief", f"be kind\n\n{RULES}"),
        ("be kind\n", "", f"be kind\n\n\n{RULES}"),
        (" ", "be brief", f"be brief\n\n{RULES}"),
        (" ", "", RULES),
        (RULES, "be brief", RULES),
        (f"{RULES}\n\nbe kind", "be brief", f"{RULES}\n\nbe kind"),
        (f"be kind\n\n{SHOUTED}", "be brief", f"be kind\n\n{RULES}"),
        (None, f"{RULES}\n\nbe brief", f"{RULES}\n\nbe brief"),
    ],
)
def test_the_rows_own_prompt_or_the_configured_one_stands_before_the_rules(
    own: str | None, configured: str, wanted: str
) -> None:
    before = () if own is None else (Message(Role.SYSTEM, own),)
    talk = Conversation((*before, *pair("?", "4").messages))
    assert system(Regime3(configured).transform(talk, 1, 0)) == [wanted]


def test_a_later_system_prompt_with_the_rules_is_found() -> None:
    first, later = Message(Role.SYSTEM, "be kind"), Message(Role.SYSTEM, RULES)
    talk = Conversation((first, Message(Role.USER, "?"), later, Message(Role.ASSISTANT, "4")))
    assert system(Regime3().transform(talk, 1, 0)) == ["be kind", RULES]
    plain = Conversation((Message(Role.USER, "?"), first, Message(Role.ASSISTANT, "4")))
    assert Regime3().transform(plain, 1, 0).messages[1].content == f"be kind\n\n{RULES}"


@pytest.mark.parametrize("case", list(OperatorCase))
def test_the_example_in_the_rules_keeps_them(case: OperatorCase) -> None:
    profile = Regime3(operator_case=case)
    talk = profile.transform(pair("two plus three?", "(add 2 3)"), 1, 0)
    assert talk.messages[0].content.endswith(talk.answer)
    assert profile.transform(talk, 1, 0) == talk
