"""Every test here loads torch: a run without slow tests does not even read them."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_test = collection_path.name.startswith("test_")
    return True if is_test and "not slow" in config.option.markexpr else None
