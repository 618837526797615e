"""Which guild this is."""

import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_SECONDS = 5
_PACKAGE = "guild-trainer"


@cache
def code_version() -> str:
    """Give the commit of the checkout that holds this file, else the version of the package."""
    return _commit(_ROOT) or _installed() or "unknown"


def _commit(root: Path) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "-C", str(root), "rev-parse", "--show-toplevel", "--short", "HEAD"]
    try:
        done = subprocess.run(  # noqa: S603 - nothing of it comes from outside
            command, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return ""
    top, _, commit = done.stdout.strip().partition("\n")
    # guild may be installed somewhere inside of another project's checkout.
    return commit if Path(top) == root else ""


def _installed() -> str:
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""
