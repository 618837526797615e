"""Every key of a JSON file has its line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.predecessor.lines import lines_of

TEXT = """{
  "a": 1, "b": {"c": 2,

    "d": "x\\n\\"a\\": {",
    "e" :
      [{"a": 3}, [4], "f"]},
  "\\u0067": {}}
"""


def test_a_key_stands_where_its_name_begins() -> None:
    lines = lines_of(TEXT)
    assert {key: lines[key] for key in ("a", "b", "b.c", "b.d", "b.e", "g")} == {
        "a": 2,
        "b": 2,
        "b.c": 2,
        "b.d": 4,
        "b.e": 5,
        "g": 7,
    }


@pytest.mark.parametrize("text", ["{}", "[]", "1", '"a: {"', '[{"a": 1}]'])
def test_what_has_no_keys_of_its_own_has_no_lines(text: str) -> None:
    assert "a" not in lines_of(text)


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="."))
trees = st.dictionaries(
    names,
    st.recursive(
        st.none() | st.integers() | names | st.lists(names),
        lambda inner: st.dictionaries(names, inner),
        max_leaves=8,
    ),
)


@given(tree=trees, indent=st.sampled_from([None, 0, 2]))
def test_every_key_of_any_object_has_the_line_that_names_it(
    tree: dict[str, object], indent: int | None
) -> None:
    text = json.dumps(tree, indent=indent)
    lines, written = lines_of(text), text.split("\n")
    for key in _keys(tree):
        last = json.dumps(key.rpartition(".")[2])
        assert f"{last}: " in written[lines[key] - 1]


def _keys(tree: dict[str, object], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, value in tree.items():
        found.append(prefix + name)
        if isinstance(value, dict):
            found += _keys(value, f"{prefix}{name}.")
    return found
