"""What every source of rows owes."""

from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports.dataset_source import ChangedDatasetError, DataLineError, DatasetSource
from domain.dataset import Dataset

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
        assert [number for number, _ in source.rows_at(shelf.place(content))] == [1, 2]

    @pytest.mark.parametrize("name", BAD_LINES)
    def test_a_line_that_cannot_be_read_is_refused_with_line_column_and_excerpt(
        self, source: DatasetSource, shelf: Shelf, name: str
    ) -> None:
        line, column = BAD_LINES[name]
        rows = source.rows_at(shelf.place(b'{"a": 1}\n\n' + line + b'\n{"a": 2}\n'))
        assert next(rows) == (1, {"a": 1})
        with pytest.raises(DataLineError, match=f"line 3, column {column}") as refused:
            next(rows)
        assert line[:5].decode() in refused.value.why

    @pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
    def test_numbers_that_json_does_not_know_are_refused(
        self, source: DatasetSource, shelf: Shelf, word: str
    ) -> None:
        with pytest.raises(DataLineError, match=f"line 1.*{word}"):
            list(source.rows_at(shelf.place(f'{{"a": {word}}}'.encode())))

    @pytest.mark.parametrize("line", [b'{"a": "\xff"}', b'{"a": "\xc3"}', b'{"a": "\xed\xa0\x80"}'])
    def test_bytes_that_are_not_utf_8_are_refused(
        self, source: DatasetSource, shelf: Shelf, line: bytes
    ) -> None:
        with pytest.raises(DataLineError, match="line 2"):
            list(source.rows_at(shelf.place(b"\n" + line)))

    def test_a_line_that_is_nested_too_deeply_is_refused(
        self, source: DatasetSource, shelf: Shelf
    ) -> None:
        with pytest.raises(DataLineError, match="line 1"):
            list(source.rows_at(shelf.place(b'{"a": ' + b"[" * 100_000)))

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
        except DataLineError:
            return
        assert all(isinstance(row, dict) for _, row in rows)
