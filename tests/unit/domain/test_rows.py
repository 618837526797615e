"""Rows of a dataset, each with the number of its line."""

from collections.abc import Iterator, Mapping

import pytest

from domain.conversation import Format, RowError
from domain.rows import conversations, survey


def asked(word: str) -> Mapping[str, object]:
    return {"question": word, "answer": word[::-1]}


def test_rows_keep_the_numbers_of_their_lines() -> None:
    read = list(conversations([(2, asked("owl")), (5, asked("elk"))]))
    assert [(number, said.answer) for _, (number, said) in read] == [(2, "lwo"), (5, "kle")]


def test_the_first_row_says_the_format_of_all() -> None:
    rows = [(1, asked("owl")), (2, {"prompt": "a", "completion": "b", **asked("elk")})]
    assert {kind for kind, _ in conversations(rows)} == {Format.QUESTION_ANSWER}


def test_a_row_of_another_format_is_refused_by_its_line() -> None:
    rows = [(1, asked("owl")), (4, {"prompt": "a", "completion": "b"})]
    with pytest.raises(RowError) as refusal:
        list(conversations(rows))
    assert str(refusal.value) == "line 4: 'question' is not a text"
    assert refusal.value.fix == ("correct the line, or take it out",)


def test_a_first_row_of_no_format_is_refused_by_its_line_too() -> None:
    with pytest.raises(RowError, match=r"^line 3: expected 'messages'"):
        list(conversations([(3, {"text": "once"})]))


def test_rows_are_read_one_by_one() -> None:
    def endless() -> Iterator[tuple[int, Mapping[str, object]]]:
        number = 0
        while True:
            number += 1
            yield number, asked("owl")

    kind, (number, _) = next(conversations(endless()))
    assert (kind, number) == (Format.QUESTION_ANSWER, 1)


def test_a_survey_counts_the_rows() -> None:
    assert survey([(1, asked("owl")), (9, asked("elk"))]) == (Format.QUESTION_ANSWER, 2)


def test_a_survey_reads_to_the_last_row() -> None:
    with pytest.raises(RowError, match=r"^line 9: "):
        survey([(1, asked("owl")), (9, {})])


def test_a_dataset_without_rows_is_refused() -> None:
    with pytest.raises(RowError, match="the file holds no rows"):
        survey([])
