"""What the predecessor's regime3 did wrong."""

from copy import deepcopy

from domain.conversation import Conversation, Message, Role, ask
from domain.profiles.marked_answers import CLOSING, OPENING
from domain.profiles.regime3 import Regime3
from tests.unit.domain.profiles.emoji_talks import pair
from tests.unit.domain.profiles.regime3_talks import (
    RULES,
    refusal,
    system,
)


def test_the_callers_row_is_not_changed_in_place() -> None:
    talk = Conversation((Message(Role.SYSTEM, "be kind"), *pair("?", "(add  1 2)").messages))
    before = deepcopy(talk)
    assert Regime3("be brief", commutative="add").transform(talk, 1, 0) != talk
    assert talk == before


def test_the_profiles_own_rules_reach_training_data() -> None:
    (prompt,) = system(Regime3("Today is Monday.").transform(pair("?", "4"), 1, 0))
    assert prompt.startswith("Today is Monday.\n\n")
    assert f"{OPENING} (add 2 3) {CLOSING}" in prompt
    assert system(Regime3().transform(ask("?"), 0, 0)) == [RULES]


def test_the_canonical_form_is_read_and_not_only_described() -> None:
    assert refusal(pair("?", f"{OPENING} add(1, 2) {CLOSING}")).startswith("turn 2: position 18")
    assert Regime3().transform(pair("?", "( add\n1 2 )"), 1, 0).answer == (
        f"{OPENING} (add 1 2) {CLOSING}"
    )
