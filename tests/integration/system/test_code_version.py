import subprocess
from pathlib import Path

import pytest

from adapters.system import code_version as module

IDENTITY = ["-c", "user.name=a", "-c", "user.email=a@example.org"]


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *IDENTITY, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init", "--quiet")
    return tmp_path


def test_a_checkout_is_known_by_its_commit(checkout: Path) -> None:
    git(checkout, "commit", "--quiet", "--allow-empty", "--message", "first")
    assert module._commit(checkout) == git(checkout, "rev-parse", "--short", "HEAD")


def test_a_checkout_without_a_commit_has_none(checkout: Path) -> None:
    assert module._commit(checkout) == ""


def test_the_checkout_of_another_project_around_this_one_does_not_count(checkout: Path) -> None:
    git(checkout, "commit", "--quiet", "--allow-empty", "--message", "first")
    inner = checkout / "site-packages"
    inner.mkdir()
    assert module._commit(inner) == ""


def test_a_machine_without_git_has_no_commits(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert module._commit(checkout) == ""


def test_there_is_always_a_version() -> None:
    assert module.code_version()
    assert module.code_version() is module.code_version()
