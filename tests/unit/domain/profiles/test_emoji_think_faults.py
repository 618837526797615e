"""Faults that a profile of this kind had before, and the ideas of its validator."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role
from domain.profiles.emoji_marks import STOPS, THINKING, uninstructed
from domain.profiles.emoji_think import EmojiThink
from tests.unit.domain.profiles.emoji_talks import answers, asked, pair

numbers = st.integers(0, 10**6)


def rewritten(question: str, answer: str, seed: int = 0) -> Conversation:
    return EmojiThink().transform(pair(question, answer), 1, seed)


def inner(answer: str) -> str:
    return "\n".join(answer.split("\n")[1:-1])


def test_the_global_generator_is_left_alone() -> None:
    before = random.getstate()
    rewritten("why?", "so")
    assert random.getstate() == before


def test_private_thoughts_do_not_stay_in_the_answer() -> None:
    assert inner(rewritten("why?", "<think>secret</think>so").answer) == "so"


@pytest.mark.parametrize("question", ["What do you think with?", "When finished 🛑, THINK WITH 🤔"])
def test_a_question_that_sounds_like_an_instruction_still_gets_one(question: str) -> None:
    told = rewritten(question, "so").messages[0].content
    rest, found = uninstructed(told)
    assert (rest, len(found)) == (question, 1)


@given(st.sampled_from(THINKING), st.integers(1, 9), numbers)
def test_an_answer_that_begins_with_an_emoji_keeps_it_and_gets_the_one_asked_for(
    emoji: str, count: int, seed: int
) -> None:
    answer = f"{emoji * count} so"
    told = rewritten("why?", answer, seed)
    (marks,) = asked(told)
    assert told.answer == f"{marks.first}\n{answer}\n{marks.last}"


@given(st.sampled_from(STOPS), st.integers(1, 6), numbers)
def test_an_answer_that_ends_with_stops_ends_with_the_ones_asked_for(
    stop: str, count: int, seed: int
) -> None:
    told = rewritten("why?", f"so {stop * count}", seed)
    (marks,) = asked(told)
    assert told.answer == f"{marks.first}\nso {stop * count}\n{marks.last}"


@given(st.sampled_from(STOPS), st.integers(2, 5), numbers)
def test_a_line_of_other_stops_is_no_end(stop: str, count: int, seed: int) -> None:
    told = rewritten("why?", f"so\n{stop * count}", seed)
    (marks,) = asked(told)
    assert told.answer.split("\n")[-1] == marks.last
    assert f"so\n{stop * count}" in told.answer


def test_five_stops_are_not_taken_for_four() -> None:
    for seed in range(300):
        told = rewritten("why?", "so\n" + "🛑" * 5, seed)
        assert inner(told.answer) == "so\n" + "🛑" * 5


def test_a_system_prompt_is_replaced_wherever_it_stands() -> None:
    first = Message(Role.USER, "why?")
    talk = Conversation((first, Message(Role.SYSTEM, "old"), Message(Role.ASSISTANT, "so")))
    roles = [turn.role for turn in EmojiThink().transform(talk, 1, 0).messages]
    assert roles == [turn.role for turn in talk.messages]

    now = EmojiThink("new").transform(talk, 1, 0).messages
    assert [turn.role for turn in now] == [Role.SYSTEM, Role.USER, Role.ASSISTANT]
    assert now[0].content == "new"


def test_a_system_prompt_is_kept_or_put_in() -> None:
    old = Conversation((Message(Role.SYSTEM, "old"), *pair("why?", "so").messages))
    assert EmojiThink().transform(old, 1, 0).messages[0].content == "old"
    assert EmojiThink().transform(pair("why?", "so"), 1, 0).messages[0].role is Role.USER
    put_in = EmojiThink("new").transform(pair("why?", "so"), 1, 0).messages[0]
    assert put_in == Message(Role.SYSTEM, "new")


def test_two_files_do_not_repeat_the_same_sequence_of_marks() -> None:
    def sequence(name: str) -> list[object]:
        return [asked(rewritten(f"{name} {number}?", "so"))[0] for number in range(20)]

    assert sequence("july") != sequence("august")


def test_direct_rows_are_whole_and_the_others_never_lack_one_end() -> None:
    profile = EmojiThink(direct_ratio=0.5)
    rows = [profile.transform(pair(f"{number}?", "so"), 1, 0) for number in range(500)]
    marked = [row for row in rows if asked(row)]
    assert 0.3 < len(marked) / len(rows) < 0.7
    for row in rows:
        (answer,) = answers(row)
        ends = (answer.startswith(THINKING), answer.endswith(STOPS))
        assert ends == ((True, True) if asked(row) else (False, False))


def test_all_pairs_of_a_conversation_are_rewritten() -> None:
    talk = Conversation((*pair("why?", "so").messages, *pair("and?", "too").messages))
    now = EmojiThink().transform(talk, 1, 0)
    first, second = asked(now)
    assert first == second
    assert [inner(answer) for answer in answers(now)] == ["so", "too"]


def test_the_callers_example_stays_as_it_was() -> None:
    row = pair("why?", "<think>x</think>so")
    EmojiThink("new").transform(row, 1, 0)
    assert row == pair("why?", "<think>x</think>so")
