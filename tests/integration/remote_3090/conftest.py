"""The one test that serves a real checkpoint loads torch: a run without slow tests leaves it."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_heavy = collection_path.name == "test_served_checkpoint.py"
    return True if is_heavy and "not slow" in config.option.markexpr else None
