"""Small lessons that a tiny hero can learn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Role
from domain.lessons import LESSONS, LETTERS, LONGEST, REAL_WORDS, SHORTEST, example, words

seeds = st.integers(0, 2**31)
counts = st.integers(0, 300)


@given(counts, seeds)
def test_as_many_words_are_drawn_as_wanted_of_the_wanted_length(count: int, seed: int) -> None:
    drawn = words(count, seed)
    assert len(drawn) == count
    assert all(SHORTEST <= len(word) <= LONGEST and set(word) <= set(LETTERS) for word in drawn)


@given(seeds)
def test_words_that_are_held_out_never_come_up_in_lessons(seed: int) -> None:
    held_out = frozenset(words(300, seed))
    lessons = words(300, seed, without=held_out)
    assert len(lessons) == 300
    assert not held_out & set(lessons)


@pytest.mark.parametrize("seed", [1519, 1575])
def test_a_real_word_never_comes_up(seed: int) -> None:
    # Chance alone would draw OWL among the first words of these seeds.
    assert not set(words(60, seed)) & set(REAL_WORDS)


@given(counts, counts, seeds)
def test_the_same_seed_draws_the_same_words_from_the_first_on(
    one: int, other: int, seed: int
) -> None:
    few, many = sorted((one, other))
    assert words(many, seed)[:few] == words(few, seed)


@given(seeds)
def test_another_seed_draws_other_words(seed: int) -> None:
    assert words(50, seed) != words(50, seed + 1)


@pytest.mark.parametrize("word", REAL_WORDS)
def test_a_reversed_word_is_read_from_its_end(word: str) -> None:
    asked, answered = example("Reverse", word).messages
    assert (asked.role, asked.content) == (Role.USER, f"Reverse {word}")
    assert (answered.role, answered.content[::-1]) == (Role.ASSISTANT, word)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_one_question_with_its_answer(lesson: str) -> None:
    said = example(lesson, "OWL")
    assert said.prompt.messages[0].content == f"{lesson} OWL"
    assert said.answer == LESSONS[lesson]("OWL")
