"""The shape of the code: small files, small functions, names that say something."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "application", "adapters", "entrypoints")
LONGEST_FILE = 250
LONGEST_FUNCTION = 40
SAYS_NOTHING = {
    "base", "common", "core", "helper", "helpers", "manager", "misc", "services", "util", "utils",
}  # fmt: skip
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
MOCKS = {"mock", "unittest.mock", "pytest_mock"}


def faults(name: str, source: str) -> list[str]:
    """List what is wrong with the shape of one file."""
    tree = ast.parse(source)
    return [*_file_faults(name, source, tree), *_function_faults(tree), *_import_faults(tree)]


def _file_faults(name: str, source: str, tree: ast.Module) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > LONGEST_FILE:
        yield f"{lines} lines"
    for part in Path(name).with_suffix("").parts:
        if part in SAYS_NOTHING:
            yield f"'{part}' says nothing"
    if Path(name).name == "__init__.py":
        if source:
            yield "__init__.py is not empty"
    elif not _begins_with_a_sentence(tree):
        yield "no summary in one line"


def _begins_with_a_sentence(tree: ast.Module) -> bool:
    summary, _, rest = (ast.get_docstring(tree) or "").partition("\n")
    return summary.endswith(".") and (not rest or rest.startswith("\n"))


def _function_faults(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, FUNCTION):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.name} has {lines} lines"


def _import_faults(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"relative import in line {node.lineno}"


def mocks(source: str) -> list[str]:
    """List the imports of mocks in one file."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in found if any(f"{name}.".startswith(f"{mock}.") for mock in MOCKS)]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_keeps_to_its_budget(package: str) -> None:
    found = {
        name: wrong
        for path in sorted((ROOT / package).rglob("*.py"))
        if (name := path.relative_to(ROOT).as_posix()) and (wrong := faults(name, path.read_text()))
    }
    assert found == {}


def test_no_unit_test_uses_a_mock() -> None:
    paths = sorted((ROOT / "tests" / "unit").rglob("*.py"))
    assert paths
    assert {path.name: found for path in paths if (found := mocks(path.read_text()))} == {}


def a_function(lines: int) -> str:
    return '"""A part."""\ndef long():\n' + "    pass\n" * (lines - 1)


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("domain/long.py", '"""A part."""\n' + "x = 1\n" * 250, "251 lines"),
        ("domain/long.py", a_function(41), "long has 41 lines"),
        ("domain/silent.py", "x = 1\n", "no summary in one line"),
        ("domain/silent.py", "", "no summary in one line"),
        ("domain/wide.py", '"""A summary\nof two lines."""\n', "no summary in one line"),
        ("domain/words.py", '"""A part"""\n', "no summary in one line"),
        ("domain/near.py", '"""A part."""\nfrom . import job\n', "relative import in line 2"),
        ("domain/utils.py", '"""A part."""\n', "'utils' says nothing"),
        ("adapters/common/names.py", '"""A part."""\n', "'common' says nothing"),
        ("domain/__init__.py", "x = 1\n", "__init__.py is not empty"),
    ],
)
def test_the_check_sees_a_fault(name: str, source: str, fault: str) -> None:
    assert faults(name, source) == [fault]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("domain/part.py", '"""A part."""\n' + "x = 1\n" * 249),
        ("domain/part.py", a_function(40)),
        ("domain/part.py", '"""A part.\n\nMore about it.\n"""\n'),
        ("domain/__init__.py", ""),
    ],
)
def test_the_check_lets_a_good_file_pass(name: str, source: str) -> None:
    assert faults(name, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import unittest.mock",
        "from unittest import mock",
        "from unittest.mock import Mock",
        "import mock",
        "def late():\n    from unittest.mock import patch",
    ],
)
def test_the_check_sees_a_mock(source: str) -> None:
    assert mocks(source)


def test_the_check_knows_what_is_no_mock() -> None:
    assert mocks("import unittest\nfrom tests.builders import a_job_id\nimport mocking") == []
