"""Changes one setting in a file of people, and leaves everything else as they wrote it."""

import difflib
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from domain.settings.layers import Value


def with_value(path: Path, key: str, value: Value) -> tuple[str, str]:
    """Give the file's new text and the difference to the old one; comments and order stay."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**20  # folded lines are not always read again as they were
    tree: Any = yaml.load(old)
    if tree is None:
        # An empty document has nowhere to keep its comments: the new lines go below them.
        section, leaf = key.split(".")
        tail = StringIO()
        yaml.dump({section: {leaf: value}}, tail)
        new = old + ("" if not old or old.endswith("\n") else "\n") + tail.getvalue()
        return new, _difference(path, old, new)
    section, leaf = key.split(".")
    if tree.get(section) is None:
        tree[section] = CommentedMap()
    tree[section][leaf] = value
    text = StringIO()
    yaml.dump(tree, text)
    return text.getvalue(), _difference(path, old, text.getvalue())


def _difference(path: Path, old: str, new: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), path.name, path.name, n=1
    )
    return "".join(lines)
