"""Which rows of a dataset are meant."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rows import BadRow, NumberedRow
from domain.selection import Reference, SelectionError, parse_reference, reference_to, select

Line = NumberedRow | BadRow


@pytest.mark.parametrize(
    ("text", "reference", "selection"),
    [
        ("a.jsonl", Reference(location="a.jsonl"), ""),
        ("a.jsonl[0:100]", Reference(location="a.jsonl", last=100), "[0:100]"),
        ("a.jsonl[:100]", Reference(location="a.jsonl", last=100), "[0:100]"),
        ("a.jsonl[007:9]", Reference(location="a.jsonl", first=7, last=9), "[7:9]"),
        ("a.jsonl[5:]", Reference(location="a.jsonl", first=5), "[5:]"),
        ("a.jsonl[:]", Reference(location="a.jsonl"), ""),
        ("a.jsonl#50", Reference(location="a.jsonl", sample=50), "#50"),
        ("a#1#2", Reference(location="a#1", sample=2), "#2"),
        ("a[0:1][2:3]", Reference(location="a[0:1]", first=2, last=3), "[2:3]"),
        ("saved:train", Reference(location="saved", split="train"), ""),
        ("/my data/é:test[1:2]", Reference(
            location="/my data/é", split="test", first=1, last=2), "[1:2]"),
        ("hub:owner/name", Reference(location="hub:owner/name"), ""),
        ("hub:gsm8k", Reference(location="hub:gsm8k"), ""),
        ("hub:gsm8k:test", Reference(location="hub:gsm8k", split="test"), ""),
        ("hub:o/n/main:train#9", Reference(
            location="hub:o/n/main", split="train", sample=9), "#9"),
        ("lesson[1].jsonl", Reference(location="lesson[1].jsonl"), ""),
        ("new\nline[0:1]", Reference(location="new\nline", last=1), "[0:1]"),
        ("", Reference(location=""), ""),
    ],
)  # fmt: skip
def test_a_reference_names_a_place_a_split_and_rows(
    text: str, reference: Reference, selection: str
) -> None:
    assert parse_reference(text) == reference
    assert parse_reference(text).selection == selection
    assert parse_reference(text).on_hub == text.startswith("hub:")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a[-5:]", "negative"),
        ("a[0:-1]", "negative"),
        ("a[0:9:2]", "counted from 0"),
        ("a[x:y]", "counted from 0"),
        ("a#", "counted from 0"),
        ("a#-3", "negative"),
        ("a#0", "at least one"),
        ("#5", "behind a name"),
        ("[0:5]", "behind a name"),
        ("a#" + "9" * 5000, "so many"),
        ("a[0:" + "9" * 19 + "]", "so many"),
    ],
)
def test_what_looks_like_a_selection_and_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(SelectionError) as refused:
        parse_reference(text)
    assert why in refused.value.why
    assert any("[0:100]" in fix for fix in refused.value.fix)


@given(st.text(st.sampled_from("ab/.:#[]-09é \n")))
def test_any_text_is_a_reference_or_refused_as_one(text: str) -> None:
    try:
        found = parse_reference(text)
    except SelectionError:
        return
    split = f":{found.split}" if found.split else ""
    assert parse_reference(found.location + split + found.selection) == found or not found.selection


def test_the_name_of_something_that_is_there_is_no_selection() -> None:
    there = {"a[0:1]", "a:b", "c#5"}
    for name in there:
        assert reference_to(name, there.__contains__) == Reference(location=name)
    assert reference_to("d#5", there.__contains__) == Reference(location="d", sample=5)


def numbered(count: int) -> list[NumberedRow]:
    return [(2 * number + 1, {"a": number}) for number in range(count)]


def chosen(rows: Sequence[Line], selection: str) -> list[Line]:
    return list(select(lambda: iter(rows), selection))


@given(st.integers(0, 12), st.none() | st.integers(0, 12), st.none() | st.integers(0, 12))
def test_a_slice_is_what_it_is_in_python(count: int, first: int | None, last: int | None) -> None:
    text = f"[{'' if first is None else first}:{'' if last is None else last}]"
    assert chosen(numbered(count), text) == numbered(count)[first:last]


def test_bad_rows_take_no_position_and_come_along_within_the_ends() -> None:
    bad = {number: BadRow(number, "bad") for number in (1, 4, 6, 9)}
    lines: list[Line] = [
        bad[1],
        (2, {}),
        (3, {}),
        bad[4],
        (5, {}),
        bad[6],
        (7, {}),
        (8, {}),
        bad[9],
    ]
    assert chosen(lines, "[0:2]") == lines[:3]
    assert chosen(lines, "[1:3]") == lines[2:5]
    assert chosen(lines, "[4:]") == lines[7:]
    assert chosen(lines, "") == lines


def test_nothing_is_read_beyond_the_end_of_a_slice() -> None:
    def rows() -> Iterator[Line]:
        yield from numbered(3)
        raise AssertionError

    assert list(select(rows, "[1:3]")) == numbered(3)[1:]


@given(st.lists(st.integers(0, 30)), st.integers(1, 12))
def test_a_sample_keeps_the_order_and_grows_by_one_row(values: list[int], size: int) -> None:
    rows: list[Line] = [(number, {"a": value}) for number, value in enumerate(values, 1)]
    found = chosen(rows, f"#{size}")
    assert found == [row for row in rows if row in found]
    assert len(found) == min(size, len(rows))
    more = chosen(rows, f"#{size + 1}")
    assert [row for row in more if row in found] == found


@given(st.permutations(range(20)))
def test_what_is_sampled_does_not_depend_on_where_it_stands(order: list[int]) -> None:
    rows: list[Line] = [(place, {"a": value, "b": "é"}) for place, value in enumerate(order, 1)]
    again: list[Line] = [(place, {"b": "é", "a": place}) for place in range(20)]
    said = {str(sorted(row[1].items())) for row in chosen(rows, "#5") if isinstance(row, tuple)}
    other = {str(sorted(row[1].items())) for row in chosen(again, "#5") if isinstance(row, tuple)}
    assert said == other
    assert len(said) == 5


def test_bad_rows_come_along_with_a_sample() -> None:
    lines: list[Line] = [(1, {"a": 1}), BadRow(2, "bad"), (3, {"a": 2})]
    found = chosen(lines, "#1")
    assert BadRow(2, "bad") in found
    assert len(found) == 2
