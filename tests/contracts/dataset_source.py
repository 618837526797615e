"""What every source of rows owes."""

from dataclasses import replace
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports.dataset_source import ChangedDatasetError, DataLineError, DatasetSource
from application.ports.inbox import UnreadableFileError
from domain.dataset import Dataset
from domain.rows import BadRow
from domain.selection import select

# Every subclass runs the same property, with its own fixtures.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]

ROWS = b'{"a": 1}\n\n  \t\r\n{"a": "\xc3\xa9 \xf0\x9f\xa4\x94", "b": [1.5, null]}\r\n{"c": {}}'
READ = [(1, {"a": 1}), (4, {"a": "é 🤔", "b": [1.5, None]}), (5, {"c": {}})]

BAD_LINES = {
    "cut": (b'{"a": "b', 7),
    "no colon": (b'{"a" 1}', 6),
    "two values": (b'{"a": 1} {"a": 2}', 10),
    "single quotes": (b"{'a': 1}", 2),
    "a list": (b"[1, 2]", 1),
    "a number": (b"1", 1),
    "a text": (b'"a"', 1),
    "null": (b"null", 1),
    "words": (b"question,answer", 1),
    "a control character": (b'{"a": "b\x01"}', 9),
}


class Shelf(Protocol):
    """Where datasets come from."""

    def keep(self, content: bytes) -> Dataset:
        """Keep a dataset as an inbox does."""

    def place(self, content: bytes) -> str:
        """Put a file somewhere and give its location."""

    def spoil(self, dataset: Dataset, content: bytes | None) -> None:
        """Change the bytes of a kept dataset behind its back, or remove them."""


class DatasetSourceContract:
    """Subclasses give a source, and the shelf that it reads from."""

    @pytest.fixture
    def source(self) -> DatasetSource:
        raise NotImplementedError

    @pytest.fixture
    def shelf(self, source: DatasetSource) -> Shelf:
        raise NotImplementedError

    def test_rows_come_with_the_numbers_of_their_lines(
        self, source: DatasetSource, shelf: Shelf
    ) -> None:
        assert list(source.rows(shelf.keep(ROWS))) == READ
        assert list(source.rows_at(shelf.place(ROWS))) == READ

    def test_a_byte_order_mark_is_no_part_of_the_first_row(
        self, source: DatasetSource, shelf: Shelf
    ) -> None:
        assert list(source.rows_at(shelf.place(b"\xef\xbb\xbf" + ROWS))) == READ

    def test_rows_are_read_as_often_as_wanted(self, source: DatasetSource, shelf: Shelf) -> None:
        dataset = shelf.keep(ROWS)
        one, other = source.rows(dataset), source.rows(dataset)
        mixed = [pair for both in zip(one, other, strict=True) for pair in both]
        assert mixed == [row for row in READ for _ in range(2)]

    def test_line_separators_of_unicode_end_no_line(
        self, source: DatasetSource, shelf: Shelf
    ) -> None:
        content = '{"a": "one\u2028two\u0085three"}\n{"a": 2}\n'.encode()
        assert list(source.rows_at(shelf.place(content))) == [
            (1, {"a": "one\u2028two\u0085three"}),
            (2, {"a": 2}),
        ]

    @pytest.mark.parametrize("name", BAD_LINES)
    def test_a_line_that_cannot_be_read_comes_as_a_bad_row_and_reading_goes_on(
        self, source: DatasetSource, shelf: Shelf, name: str
    ) -> None:
        line, column = BAD_LINES[name]
        content = b'{"a": 1}\n\n' + line + b'\n{"a": 2}\n'
        for rows in (source.rows_at(shelf.place(content)), source.rows(shelf.keep(content))):
            first, bad, last = rows
            assert (first, last) == ((1, {"a": 1}), (4, {"a": 2}))
            assert isinstance(bad, BadRow)
            assert bad.number == 3
            assert f"column {column}:" in bad.problem
            assert line[:5].decode() in bad.excerpt

    @pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
    def test_numbers_that_json_does_not_know_make_a_bad_row(
        self, source: DatasetSource, shelf: Shelf, word: str
    ) -> None:
        [bad] = source.rows_at(shelf.place(f'{{"a": {word}}}'.encode()))
        assert isinstance(bad, BadRow)
        assert word in bad.problem

    @pytest.mark.parametrize("line", [b'{"a": "\xff"}', b'{"a": "\xc3"}', b'{"a": "\xed\xa0\x80"}'])
    def test_bytes_that_are_not_utf_8_make_a_bad_row(
        self, source: DatasetSource, shelf: Shelf, line: bytes
    ) -> None:
        bad, good = source.rows_at(shelf.place(b"\n" + line + b"\n{}"))
        assert isinstance(bad, BadRow)
        assert bad.number == 2
        assert good == (3, {})

    def test_a_line_that_is_nested_too_deeply_is_a_bad_row(
        self, source: DatasetSource, shelf: Shelf
    ) -> None:
        bad, good = source.rows_at(shelf.place(b'{"a": ' + b"[" * 100_000 + b"\n{}"))
        assert isinstance(bad, BadRow)
        assert good == (2, {})

    @pytest.mark.parametrize("code", ["utf-16", "utf-16-be"])
    def test_another_way_to_write_letters_is_refused_as_a_whole(
        self, source: DatasetSource, shelf: Shelf, code: str
    ) -> None:
        content = "\ufeff".encode(code) * code.endswith("be") + '{"a": 1}\n'.encode(code)
        with pytest.raises(UnreadableFileError, match="UTF-16"):
            list(source.rows_at(shelf.place(content)))

    @pytest.mark.parametrize("selection", ["[0:1]", "[1:]", "[:2]", "[9:]", "#2", "#9"])
    def test_the_selected_rows_of_a_kept_dataset_are_given(
        self, source: DatasetSource, shelf: Shelf, selection: str
    ) -> None:
        dataset = replace(shelf.keep(ROWS), selection=selection)
        assert list(source.rows(dataset)) == list(select(lambda: iter(READ), selection))

    def test_changed_bytes_are_refused_also_where_they_are_not_selected(
        self, source: DatasetSource, shelf: Shelf
    ) -> None:
        dataset = replace(shelf.keep(ROWS), selection="[0:1]")
        shelf.spoil(dataset, ROWS + b"\n")
        with pytest.raises(ChangedDatasetError):
            next(source.rows(dataset))

    @pytest.mark.parametrize("content", [None, b"", ROWS + b"\n", ROWS.replace(b"1.5", b"1.6")])
    def test_changed_bytes_are_refused_before_the_first_row(
        self, source: DatasetSource, shelf: Shelf, content: bytes | None
    ) -> None:
        dataset = shelf.keep(ROWS)
        shelf.spoil(dataset, content)
        with pytest.raises(ChangedDatasetError, match=dataset.name):
            next(source.rows(dataset))

    @settings(suppress_health_check=SHARED)
    @given(content=st.binary() | st.text().map(str.encode))
    def test_any_other_bytes_are_refused_and_nothing_worse_happens(
        self, source: DatasetSource, shelf: Shelf, content: bytes
    ) -> None:
        try:
            rows = list(source.rows_at(shelf.place(content)))
        except (DataLineError, UnreadableFileError):
            return
        assert all(isinstance(row, BadRow) or isinstance(row[1], dict) for row in rows)
