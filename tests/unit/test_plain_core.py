"""The core is plain Python: no library, no clock, no chance, no file, no environment."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {"domain": {"domain"}, "application": {"domain", "application"}}
SEEDED = {"domain/batching.py", "domain/lessons.py", "domain/profiles/emoji_think.py"}
WORLD = {
    "asyncio", "ctypes", "getpass", "glob", "http", "importlib", "io", "locale", "logging", "mmap",
    "multiprocessing", "os", "pathlib", "platform", "pwd", "random", "resource", "secrets",
    "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading",
    "time", "urllib", "uuid", "zoneinfo",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}
BUILT_IN = {"open", "input", "print", "exec", "eval", "__import__"}


def impurities(source: str, own: set[str], *, seeded: bool = False) -> list[str]:
    """List what a file of the core takes from outside; seeded allows random.Random(seed)."""
    tree = ast.parse(source)
    dates = _names_of_dates(tree)
    found: list[str] = []
    for node in ast.walk(tree):
        found += _foreign_imports(node, own, seeded=seeded)
        found += _looks_at_clock(node, dates)
        found += _uses_world(node)
    return found


def _foreign_imports(node: ast.AST, own: set[str], *, seeded: bool) -> Iterator[str]:
    for module in _imported(node):
        if seeded and ast.unparse(node) == "import random":
            continue
        top = module.split(".")[0]
        if top in WORLD or top not in own | sys.stdlib_module_names:
            yield f"import {module}"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{'.' * node.level}{node.module or ''}"]
    return []


def _names_of_dates(tree: ast.Module) -> set[str]:
    """Give every name under which the file knows datetime or date."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "datetime"
        for alias in node.names
    }


def _looks_at_clock(node: ast.AST, dates: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
        match node.value:
            case ast.Name(id=name) if name in dates:
                yield f"{name}.{node.attr}"
            case ast.Attribute(attr="datetime" | "date" as name):
                yield f"{name}.{node.attr}"


def _uses_world(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in BUILT_IN:
            yield f"{name}()"
        case ast.Attribute(value=ast.Name(id="random"), attr=attr) if attr != "Random":
            yield f"random.{attr}"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="random")), args=[]):
            yield "random.Random()"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_the_core_takes_nothing_from_outside(package: str) -> None:
    found = {
        name: taken
        for path in sorted((ROOT / package).rglob("*.py"))
        if (name := path.relative_to(ROOT).as_posix())
        and (taken := impurities(path.read_text(), MAY_IMPORT[package], seeded=name in SEEDED))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("import torch", "import torch"),
        ("import torch.nn as nn", "import torch.nn"),
        ("from pydantic import BaseModel", "import pydantic"),
        ("def late():\n    import numpy", "import numpy"),
        ("from adapters.memory import clock", "import adapters.memory"),
        ("from application.ports import clock", "import application.ports"),
        ("from entrypoints import container", "import entrypoints"),
        ("from . import job", "import ."),
        ("from .job import Job", "import .job"),
        ("import time", "import time"),
        ("import json, os.path", "import os.path"),
        ("from pathlib import Path", "import pathlib"),
        ("import random", "import random"),
        ("from secrets import token_hex", "import secrets"),
        ("import socket as s", "import socket"),
        ("import subprocess", "import subprocess"),
        ("from importlib import import_module", "import importlib"),
        ("from datetime import datetime\ndatetime.now()", "datetime.now"),
        ("from datetime import datetime as dt, UTC\ndt.now(UTC)", "dt.now"),
        ("from datetime import datetime\nmake = datetime.utcnow", "datetime.utcnow"),
        ("from datetime import date\ndate.today()", "date.today"),
        ("import datetime\ndatetime.datetime.now()", "datetime.now"),
        ("open('a')", "open()"),
        ("print('a')", "print()"),
        ("__import__('torch')", "__import__()"),
    ],
)
def test_the_check_sees_what_does_not_belong_in_the_domain(source: str, taken: str) -> None:
    assert impurities(source, {"domain"}) == [taken]


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("import random\nrandom.shuffle([1])", "random.shuffle"),
        ("import random\nrandom.Random()", "random.Random()"),
        ("from random import shuffle", "import random"),
        ("import random as chance", "import random"),
    ],
)
def test_chance_needs_a_seed_also_where_it_is_allowed(source: str, taken: str) -> None:
    assert impurities(source, {"domain"}, seeded=True) == [taken]


@pytest.mark.parametrize(
    "source",
    [
        "import random\nrandom.Random(seed).shuffle(rows)",
        "from datetime import UTC, datetime\ndatetime.fromisoformat('2026-11-22')",
        "self.clock.now()",
        "clock.now()",
        "import hashlib, json, re\nfrom collections.abc import Mapping",
        "from domain.job import Job",
    ],
)
def test_the_check_lets_plain_code_pass(source: str) -> None:
    assert impurities(source, {"domain"}, seeded=True) == []


def test_the_application_may_use_the_domain_and_itself() -> None:
    source = "from domain.job import Job\nfrom application.ports.clock import Clock"
    assert impurities(source, MAY_IMPORT["application"]) == []
