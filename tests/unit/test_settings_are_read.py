"""A setting that nothing reads is a bug."""

import ast
from dataclasses import fields
from pathlib import Path

from domain.settings.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def attributes_read(source: str) -> set[str]:
    """Give the names of all attributes that a file reads."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def unread(sources: list[str]) -> list[str]:
    read = set().union(*map(attributes_read, sources))
    settings = Settings()
    return [
        f"{section.name}.{leaf.name}"
        for section in fields(settings)
        for leaf in fields(getattr(settings, section.name))
        if leaf.name not in read
    ]


def test_every_setting_is_read_somewhere() -> None:
    files = [
        path
        for layer in ("domain", "application", "adapters")
        for path in (ROOT / layer).rglob("*.py")
        if "settings" not in path.relative_to(ROOT).parts
    ]
    assert unread([path.read_text() for path in files]) == []


def test_the_check_finds_a_setting_that_nothing_reads() -> None:
    assert "hyperparams.seed" in unread(["hyperparams.learning_rate"])
    assert "hyperparams.learning_rate" not in unread(["x = hyperparams.learning_rate"])
