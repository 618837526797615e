"""Lists of JSON objects, read item by item."""

import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.filesystem import json_list as module
from adapters.filesystem.json_list import json_list
from application.ports.dataset_source import DataLineError
from domain.rows import BadRow

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\\"[]{},'))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=4)


def rows(content: bytes) -> list[Any]:
    return list(json_list(io.BytesIO(content), "rows.json"))


@given(
    objects=OBJECTS,
    indent=st.none() | st.integers(0, 2),
    code=st.sampled_from(["ascii", "utf-8"]),
    chunk=st.integers(1, 40),
)
def test_what_json_writes_is_read_however_it_is_laid_out_and_cut(
    objects: list[Any], indent: int | None, code: str, chunk: int
) -> None:
    text = json.dumps(objects, indent=indent, ensure_ascii=code == "ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        assert rows(f"\ufeff {text} \n".encode()) == list(enumerate(objects, 1))


@given(st.text('[]{}",:\\1a \n').map(lambda text: f"[{text}"), st.integers(1, 9))
def test_what_is_no_list_is_refused_and_nothing_worse_happens(text: str, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        try:
            found = rows(text.encode())
        except DataLineError:
            return
    try:
        expected = json.loads(text)
    except ValueError:
        assert any(isinstance(row, BadRow) for row in found)
        return
    if not any(isinstance(row, BadRow) for row in found):
        assert [row for _, row in found] == expected


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (b'{"a": NaN}', "character 7 of the object that begins in line 2: NaN"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"a": "\\ud83d"}', "surrogate"),
        (b'{"a": "\xff"}', "character 8 of the object that begins in line 2: .*UTF-8"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a": "' + b"x" * (8 << 20) + b'"}', "longer than 8 MiB"),
        (b"[1, 2]", "found a list"),
        (b'"{}"', "expected objects in braces"),
        (b"null", "expected objects in braces"),
    ],
)
def test_fault_33_an_item_that_cannot_be_used_is_a_bad_row_and_reading_goes_on(
    item: bytes, problem: str
) -> None:
    first, bad, last = rows(b'[{"a": 1},\n' + item + b',\n{"a": 2}]')
    assert (first, last) == ((1, {"a": 1}), (3, {"a": 2}))
    assert isinstance(bad, BadRow)
    assert bad.number == 2
    assert re.search(problem, bad.problem)
    assert len(bad.excerpt) <= 80


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'[{"a": 1}\n{"a": 2}]', "line 1, a comma"),
        (b'[{"a": 1},,{"a": 2}]', "a comma"),
        (b'[{"a": 1},]', "a comma"),
        (b'[,{"a": 1}]', "a comma"),
        (b'[{"a": 1}}', "bracket"),
        (b'[{"a": 1},\n {"a": ', "line 2, the file ends in the middle"),
        (b'[{"a": "x}]', "the file ends in the middle"),
        (b"[", "the file ends in the middle"),
        (b'[{"a": 1}]\n{"a": 2}', "behind the end of the list"),
        (b'[{"a": 1},\n{"a" 2},{"a": 3}]', "line 2, character 6 of object 2: .*expected ':'"),
    ],
)
def test_what_is_no_json_ends_the_reading(content: bytes, says: str) -> None:
    with pytest.raises(DataLineError, match=rf"^rows\.json, .*{says}"):
        rows(content)
