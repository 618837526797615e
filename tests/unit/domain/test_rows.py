"""Rows of a dataset, each with the number of its line."""

import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, PlainText, RowError
from domain.formats.reading import Reading
from domain.rows import BadRow, BadRowsError, NumberedRow, Row, RowReader, survey, usable_rows
from domain.settings.data import BadRows, DataFormat
from tests.strategies import words

REFUSE, DROP = BadRows
UNREADABLE = BadRow(3, "column 5: not JSON", '{"a"')


def asked(word: str) -> Mapping[str, object]:
    return {"question": word, "answer": word[::-1]}


def read(
    rows: Iterable[NumberedRow | BadRow], reading: Reading | None = None
) -> tuple[DataFormat, list[Row | BadRow]]:
    reader = RowReader(reading or Reading())
    found = list(reader.read(rows))
    return reader.format, found


def answers(rows: Iterable[Row | BadRow]) -> list[tuple[int, str]]:
    return [
        (row[0], row[1].answer)
        for row in rows
        if not isinstance(row, BadRow) and isinstance(row[1], Conversation)
    ]


# One after another


@given(st.lists(words, min_size=1))
def test_rows_keep_the_numbers_of_their_lines(said: list[str]) -> None:
    _, found = read((2 * place, asked(word)) for place, word in enumerate(said, start=1))
    assert answers(found) == [(2 * place, word[::-1]) for place, word in enumerate(said, start=1)]


def test_the_first_rows_say_the_format_of_all() -> None:
    rows = [(1, {"text": "a"}), (2, asked("owl")), (3, asked("elk"))]
    kind, found = read(rows)
    assert kind is DataFormat.QUESTION_ANSWER
    assert answers(found) == [(2, "lwo"), (3, "kle")]


def test_a_row_that_cannot_be_used_is_bad_and_the_others_are_read() -> None:
    _, (first, bad, last) = read([(1, asked("owl")), (4, {"question": "é\n"}), (7, asked("elk"))])
    assert bad == BadRow(4, "'answer': expected a text, found nothing", '{"question": "é\\n"}')
    assert answers([first, last]) == [(1, "lwo"), (7, "kle")]


@given(st.permutations([(1, asked("owl")), (2, asked("elk")), UNREADABLE, BadRow(9, "too long")]))
def test_rows_that_could_not_be_read_are_handed_on_in_their_place(
    rows: list[NumberedRow | BadRow],
) -> None:
    _, found = read(rows)
    assert [row if isinstance(row, BadRow) else row[0] for row in found] == [
        row if isinstance(row, BadRow) else row[0] for row in rows
    ]


def test_nothing_but_bad_rows_tells_no_format() -> None:
    assert read([UNREADABLE]) == (DataFormat.AUTO, [UNREADABLE])
    assert read([]) == (DataFormat.AUTO, [])


def test_a_format_that_is_set_holds_for_every_row() -> None:
    reading = Reading(format=DataFormat.TEXT)
    kind, found = read([(1, {**asked("owl"), "text": "once"})], reading)
    assert (kind, found) == (DataFormat.TEXT, [(1, PlainText("once"))])


def test_columns_may_be_named() -> None:
    reading = Reading(question_column="q", answer_column="a")
    kind, found = read([(1, {"q": "owl", "a": "lwo", **asked("elk")})], reading)
    assert kind is DataFormat.QUESTION_ANSWER
    assert answers(found) == [(1, "lwo")]


def test_first_rows_of_no_known_format_are_refused() -> None:
    with pytest.raises(RowError, match="no known format: found x"):
        read([(3, {"x": 1})])


def test_a_named_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(RowError, match="no column 'sys'"):
        read([(3, asked("owl"))], Reading(system_column="sys"))


@pytest.mark.parametrize("kind", [DataFormat.AUTO, DataFormat.QUESTION_ANSWER])
def test_rows_are_read_one_by_one_but_for_the_first_twenty(kind: DataFormat) -> None:
    taken: list[int] = []

    def endless() -> Iterator[NumberedRow | BadRow]:
        for number in count(1):
            taken.append(number)
            yield (number, asked("owl")) if number != 3 else UNREADABLE

    found = RowReader(Reading(format=kind)).read(endless())
    for place in range(1, 31):
        row = next(found)
        assert place == (3 if isinstance(row, BadRow) else row[0])
        assert len(taken) == max(place, 20)


def test_bad_rows_before_the_first_good_one_are_not_held_back() -> None:
    found = RowReader(Reading()).read(BadRow(number, "cut") for number in count(1))
    assert [next(found) for _ in range(50)] == [BadRow(number, "cut") for number in range(1, 51)]


def nested(depth: int) -> dict[str, object]:
    row: dict[str, object] = {}
    for _ in range(depth):
        row = {"a": row}
    return row


@pytest.mark.parametrize(
    ("row", "excerpt"),
    [
        ({"question": "x" * 999}, '{"question": "' + "x" * 66),
        ({"question": "\x1b[2J\u202e"}, '{"question": "\\u001b[2J\\u202e"}'),
        ({"question": "\ud800"}, '{"question": "\\ud800"}'),
        ({"question": b"x"}, '{"question": "b\'x\'"}'),
        ({"question": nested(5000)}, ('{"question": ' + '{"a": ' * 99)[:80]),
    ],
)
def test_an_excerpt_is_the_beginning_of_the_row_made_harmless(
    row: dict[str, object], excerpt: str
) -> None:
    _, (_, bad) = read([(1, asked("owl")), (2, row)])
    assert isinstance(bad, BadRow)
    assert bad.excerpt == excerpt


# As a whole


def test_a_survey_tells_format_rows_and_repetitions() -> None:
    rows = [(1, asked("owl")), (3, asked("elk")), (9, asked("owl")), (12, asked("owl"))]
    found = survey(rows, Reading(), REFUSE)
    assert (found.format, found.rows) == (DataFormat.QUESTION_ANSWER, 4)
    assert (found.bad, found.bad_count, found.duplicates) == ((), 0, 2)


def test_bad_rows_refuse_a_dataset_with_how_many_and_the_first() -> None:
    rows: list[NumberedRow | BadRow] = [(1, asked("owl")), (2, {"question": "a"}), UNREADABLE]
    for refuse in (survey, usable_rows):
        with pytest.raises(BadRowsError) as refused:
            refuse(rows, Reading(), REFUSE)
        assert str(refused.value) == (
            "2 of 3 rows cannot be used, "
            "the first is line 2: 'answer': expected a text, found nothing"
        )
        assert refused.value.why == (
            'it begins: {"question": "a"}; then line 3: column 5: not JSON'
        )
        assert refused.value.fix == (
            "correct the lines, or take them out",
            "or set data.bad_rows to drop: they are left out, counted and listed",
        )
        assert (refused.value.count, len(refused.value.first)) == (2, 2)


def test_bad_rows_may_be_dropped_counted_and_listed() -> None:
    rows: list[NumberedRow | BadRow] = [UNREADABLE, (4, asked("owl")), (5, {})]
    found = survey(rows, Reading(), DROP)
    assert (found.rows, found.bad_count) == (1, 2)
    assert [bad.number for bad in found.bad] == [3, 5]
    assert answers(usable_rows(rows, Reading(), DROP)) == [(4, "lwo")]


def test_of_many_bad_rows_the_first_hundred_are_listed() -> None:
    rows: list[NumberedRow | BadRow] = [(1, asked("owl"))]
    rows += [BadRow(number, "cut") for number in range(2, 300)]
    found = survey(rows, Reading(), DROP)
    assert found.bad_count == 298
    assert [bad.number for bad in found.bad] == list(range(2, 102))


@pytest.mark.parametrize("policy", BadRows)
def test_a_dataset_without_rows_is_refused(policy: BadRows) -> None:
    for refuse in (survey, usable_rows):
        with pytest.raises(RowError, match="the file holds no rows"):
            refuse([], Reading(), policy)


@pytest.mark.parametrize("policy", BadRows)
def test_a_dataset_without_a_usable_row_is_refused(policy: BadRows) -> None:
    with pytest.raises(BadRowsError, match="1 of 1 rows cannot be used, the first is line 3") as no:
        survey([UNREADABLE], Reading(), policy)
    assert no.value.fix == ("correct the lines, or take them out",)


@pytest.mark.parametrize("policy", BadRows)
def test_a_dataset_of_no_known_format_is_refused_whatever_is_dropped(policy: BadRows) -> None:
    with pytest.raises(RowError, match="no known format: found x"):
        survey([(1, {"x": 1})], Reading(), policy)


def test_a_survey_keeps_no_rows() -> None:
    def many(rows: int) -> Iterator[NumberedRow]:
        return ((number, asked(f"owl {number}" * 20)) for number in range(rows))

    tracemalloc.start()
    found = survey(many(20_000), Reading(), REFUSE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.rows, found.duplicates) == (20_000, 0)
    assert most < 2**20
