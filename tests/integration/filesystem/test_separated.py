"""Rows in columns."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.filesystem.separated import separated_rows
from application.ports.dataset_source import DataLineError
from domain.rows import BadRow

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def rows(content: bytes) -> list[Any]:
    return list(separated_rows(io.BytesIO(content), "rows.csv"))


@given(
    table=st.lists(st.tuples(CELLS | st.sampled_from(['"', "\r\n", ","]), CELLS), max_size=5),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    delimiter=st.sampled_from(",\t;"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_writer_of_columns_writes_is_read(
    table: list[tuple[str, str]], mark: bytes, delimiter: str, end: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerows([("a", "b"), *table])
    found = rows(mark + file.getvalue().encode())
    assert [row for _, row in found] == [{"a": a, "b": b} for a, b in table]
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))


@given(st.binary(max_size=60) | st.text('",\n\r\t;ab', max_size=40).map(str.encode))
def test_any_bytes_are_rows_or_bad_rows_or_refused(content: bytes) -> None:
    try:
        found = rows(content)
    except DataLineError:
        return
    assert all(isinstance(row, BadRow) or isinstance(row[1], dict) for row in found)


def test_every_value_is_a_text() -> None:
    assert rows(b"a,b\n1,\n") == [(2, {"a": "1", "b": ""})]


def test_a_row_has_the_number_of_the_line_in_which_it_begins() -> None:
    content = b'\na,b\n1,"x\ny"\n\n3,4\n'
    assert rows(content) == [(3, {"a": "1", "b": "x\ny"}), (6, {"a": "3", "b": "4"})]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b"1", "expected 2 values, found 1"),
        (b"1,2,3", "expected 2 values, found 3"),
        (b'"1" 2,3', "',' expected after '\"'"),
        (b"1,\xff", "line 3, column 3: not UTF-8"),
        (b'1,"\n\xff"', "line 4, column 1: not UTF-8"),
        (b"1,\0", "line 3, column 3: a NUL byte"),
        (b"1,2\r3", "new-line character seen in unquoted field"),
    ],
)
def test_fault_32_a_row_that_cannot_be_used_is_a_bad_row_and_reading_goes_on(
    row: bytes, problem: str
) -> None:
    first, bad, last = rows(b"a,b\n1,2\n" + row + b"\n3,4\n")
    assert (first, last[1]) == ((2, {"a": "1", "b": "2"}), {"a": "3", "b": "4"})
    assert isinstance(bad, BadRow)
    assert (bad.number, bad.problem) == (3, problem)
    assert bad.excerpt.isprintable()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a,a\n1,2\n", "line 1: the column 'a' is there twice"),
        (b"a,\n1,2\n", "line 1: a column has no name"),
        (b"\na, \n1,2\n", "line 2: a column has no name"),
        (b"a,\xff\n1,2\n", "line 1: line 1, column 3: not UTF-8"),
        (b'"a,b\n1,2\n', "line 1: unexpected end"),
        (b"a,b\r1,2\r", "line 1: new-line character"),
        (b'a,b\n1,"2\n3,4\n5,6\n', "line 2: the quote is never closed"),
        (b"a,b\n1,2\n3," + b"x" * (8 << 20) + b"\n", "line 3: it is longer than 8 MiB"),
        (b'a,b\n"' + b"x\n" * (5 << 20), "line 2: a value is longer than 8 MiB"),
    ],
)
def test_where_rows_cannot_be_told_apart_reading_ends(content: bytes, says: str) -> None:
    with pytest.raises(DataLineError, match=rf"^rows\.csv, {says}") as refused:
        rows(content)
    assert len(refused.value.why) < 120


def test_a_long_value_that_fits_is_read() -> None:
    [(_, row)] = rows(b"a,b\n1," + b"x" * (1 << 20) + b"\n")
    assert len(row["b"]) == 1 << 20
