from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.yaml_config.strict import YamlError, read

BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my file.yaml"


def test_values_have_the_types_that_they_look_like(file: Path) -> None:
    file.write_text(
        "rate: 1e-3\nsteps: 8\nname: linear\non: true\nnothing:\n"
        "quoted: '8'\nyes: no\ndate: 2026-11-22\nlist: [1, {a: b}]\ntext: |\n  two\n  lines\n"
    )
    assert read(file).plain() == {
        "rate": 1e-3,
        "steps": 8,
        "name": "linear",
        "on": True,
        "nothing": None,
        "quoted": "8",
        "yes": "no",
        "date": "2026-11-22",
        "list": [1, {"a": "b"}],
        "text": "two\nlines\n",
    }


def test_every_key_has_its_line(file: Path) -> None:
    file.write_text("# about\na:\n\n  b: 1\n  c: |\n    x\n    y\nd: 2\n")
    tree = read(file)
    places = [
        tree.children["a"].place,
        tree.children["a"].children["b"].place,
        tree.children["a"].children["c"].place,
        tree.children["d"].place,
    ]
    assert places == [f"{file}:{line}" for line in (2, 4, 5, 8)]


@pytest.mark.parametrize("text", ["", "\n", "# only\n", "---\n", "\ufeff", "~"])
def test_an_empty_file_has_no_entries(file: Path, text: str) -> None:
    file.write_text(text)
    assert dict(read(file).children) == {}


def test_a_missing_file_has_no_entries(file: Path) -> None:
    assert dict(read(file).children) == {}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' is there twice"),
        ("x:\n  a: 1\n  a: 1\n", 3, "'a' is there twice"),
        ("x: {a: 1, a: 2}", 1, "'a' is there twice"),
        ("a: 1\nb: [1\nc: 2\n", 3, "expected"),
        ("a: 1\n b: 2\n", 2, "mapping values"),
        ("a: 1\n\tb: 2\n", 2, "tab"),
        ("- 1\n- 2\n", 1, "expected 'key: value' lines"),
        ("only words\n", 1, "expected 'key: value' lines"),
        ("3", 1, "expected 'key: value' lines"),
        ("a: 1\n2: 3\n", 2, "keys are words"),
        ("a: 1\n? [b]\n: 3\n", 2, "keys are words"),
        ("a: 1\ntrue: 3\n", 2, "keys are words"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: &x\n  b: 1\nc:\n  <<: *x\n", 1, "anchors"),
        (BILLION_LAUGHS, 1, "anchors"),
        ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2, "tags"),
        ("a: !env HOME\n", 1, "tags"),
        ("a: !!int x\n", 1, "'x' is no int"),
        ("a: " + "9" * 5000 + "\n", 1, "is no int"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
    ],
)
def test_what_could_be_misread_is_refused_with_its_line(
    file: Path, text: str, line: int, why: str
) -> None:
    file.write_text(text)
    with pytest.raises(YamlError) as refused:
        read(file)
    assert str(refused.value).startswith(f"{file}:{line}: ")
    assert why in str(refused.value) or why == "tab"


@pytest.mark.parametrize(
    "content", [b"a: \xff\n", b"a: \x07\n", b"a: " + b"[" * 500 + b"]" * 500, b"#" * (2 << 20)]
)
def test_what_is_no_yaml_at_all_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(YamlError, match="my file"):
        read(file)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(YamlError, match=str(tmp_path)):
        read(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.text("ab:-[]{}&*!|>'\"#%@` \n\t01.e", max_size=60))
def test_any_text_is_read_or_refused_and_nothing_worse_happens(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(YamlError):
        assert read(file).place.startswith(str(file))
