"""Where the control groups of this process, and those around them, keep their accounts."""

from collections.abc import Iterator
from pathlib import Path

_MOUNTS = Path("sys/fs/cgroup")


def folders(root: Path, controller: str) -> Iterator[Path]:
    """Give the folders of a controller, of both versions; some of them may not be there."""
    for controllers, group in _groups(root, controller):
        for around in (group, *group.parents):
            inside = around.relative_to("/")
            if controllers:
                yield root / _MOUNTS / controller / inside
                yield root / _MOUNTS / controllers / inside
            else:
                yield root / _MOUNTS / inside
                yield root / _MOUNTS / "unified" / inside


def read(path: Path) -> str:
    """Give the text of an account, '' of one that is not there."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _groups(root: Path, controller: str) -> Iterator[tuple[str, Path]]:
    for line in read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers or controller in controllers.split(","):
            # A container may name groups of the machine around it, which it does not see.
            yield controllers, Path(path.replace("/..", "") or "/")
