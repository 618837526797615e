"""Marks and instructions are put in and taken out without a trace."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.profiles.emoji_marks import (
    STOPS,
    THINKING,
    Marks,
    core,
    instructed,
    marked,
    uninstructed,
    unmarked,
)
from tests.unit.domain.profiles.emoji_talks import said

all_marks = st.builds(
    Marks,
    st.sampled_from(THINKING),
    st.integers(2, 8),
    st.sampled_from(STOPS),
    st.integers(2, 4),
)
texts = said("why", " ", "\n", "✨✨\n", "\n🛑🛑", "⏹", "\n🛡🛡\ufe0f", "\ufe0f", "🤔")


def test_every_instruction_is_read_back() -> None:
    for marks in map(Marks, *zip(*product(THINKING, range(2, 9), STOPS, range(2, 5)), strict=True)):
        assert uninstructed(instructed("why?", marks)) == ("why?", (marks,))


def test_an_instruction_says_emoji_and_counts_in_words() -> None:
    assert Marks("🤔", 3, "⏹️", 2).instruction == (
        "Mark your thinking with a first line of three 🤔 and your stop with a last line of two ⏹️."
    )


@given(texts, st.lists(all_marks, max_size=3))
def test_all_instructions_at_the_end_come_off_the_last_one_first(
    question: str, asked: list[Marks]
) -> None:
    told = question
    for marks in asked:
        told = instructed(told, marks)
    assert uninstructed(told) == (question, tuple(reversed(asked)))


@pytest.mark.parametrize(
    "question",
    [
        Marks("🤔", 3, "🛑", 2).instruction,
        f"x\n\n{Marks('🤔', 3, '🛑', 2).instruction} why?",
        f"x\n\n{Marks('🤔', 3, '🛑', 2).instruction}".replace("two", "five"),
        f"x\n\n{Marks('🤔', 3, '🛑', 2).instruction}".replace("🛑", "🤔"),
        "think with 🤔 three times. When finished 🛑",
    ],
)
def test_what_is_not_our_instruction_stays(question: str) -> None:
    assert uninstructed(question) == (question, ())


def test_a_lost_variation_selector_hides_neither_instruction_nor_marks() -> None:
    marks = Marks("🧠", 2, "🛡️", 3)
    bare = instructed("why?", marks).replace("\ufe0f", "")
    assert uninstructed(bare) == ("why?", (marks,))
    assert unmarked("🧠🧠\nso\n🛡🛡🛡", marks) == "so"
    assert marked("so\n🛡🛡🛡", marks) == "🧠🧠\nso\n🛡️🛡️🛡️"
    assert core("🧠\ufe0f🧠\nso\n🛡️🛡🛡") == "so"


@given(texts, all_marks)
def test_marks_come_off_as_they_were_put_on(answer: str, marks: Marks) -> None:
    assume(unmarked(answer, marks) == answer)
    assert unmarked(marked(answer, marks), marks) == answer


@given(texts, st.sampled_from([Marks("✨", 2, "🛑", 2), Marks("🤔", 2, "🛡️", 2)]))
def test_marks_are_never_doubled_and_never_all_there_is(answer: str, marks: Marks) -> None:
    once = marked(answer, marks)
    assert marked(once, marks) == once
    assert unmarked(once, marks).strip()


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("✨✨\nso\n🛑🛑", "so"),
        ("✨✨✨\nso\n🛑🛑🛑", "✨✨✨\nso\n🛑🛑🛑"),
        ("✨✨ so 🛑🛑", "✨✨ so 🛑🛑"),
        ("✨ so\n🛑", "✨ so\n🛑"),
        ("✨✨\n🛑🛑", "🛑🛑"),
        ("✨✨", "✨✨"),
        ("✨✨\n", "✨✨\n"),
    ],
)
def test_only_exactly_these_marks_are_taken_off(answer: str, left: str) -> None:
    assert unmarked(answer, Marks("✨", 2, "🛑", 2)) == left


@given(texts, all_marks)
def test_the_core_of_an_answer_does_not_depend_on_its_marks(answer: str, marks: Marks) -> None:
    assert core(marked(answer, marks)) == core(answer)


@pytest.mark.parametrize(
    "answer",
    ["✨", "✨✨ so", "✨🤔\nso", "✨" * 9 + "\nso", "so\n" + "🛑" * 5, "so\n🛑", "so 🛑🛑"],
)
def test_what_could_not_be_a_mark_belongs_to_the_core(answer: str) -> None:
    assert core(answer) == answer
