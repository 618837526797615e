"""How much memory this process can still take."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

# Of both versions: the limit, what is used, and where it says how much of that is unused files.
_ACCOUNTS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


def free_memory(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Give the bytes that the machine, a container around it, and the process's limit all grant."""
    machine = int(psutil.virtual_memory().available)
    return max(0, min([machine, *_granted_by(groups), *_granted_to_process()]))


def _granted_by(groups: Path) -> Iterator[int]:
    for limit, used, statistics, files in _ACCOUNTS:
        with suppress(OSError, ValueError):  # there is no such group, or its limit is a word
            most, taken = (int((groups / name).read_text()) for name in (limit, used))
            lines = (groups / statistics).read_text().splitlines()
            yield most - taken + sum(int(n) for k, n in map(str.split, lines) if k == files)


def _granted_to_process() -> Iterator[int]:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        yield limit - int(psutil.Process().memory_info().vms)
