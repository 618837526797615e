"""How much memory this process can still take."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from adapters.huggingface.control_groups import folders, read

# Of both versions: the limit, what is used, and the name of what of that is unused files.
_ACCOUNTS = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def free_memory(root: Path = Path("/")) -> int:
    """Give the bytes that the machine, its groups and the process's own limit all grant."""
    machine = int(psutil.virtual_memory().available)
    return max(0, min([machine, *_granted_by_groups(root), *_granted_to_process()]))


def _granted_by_groups(root: Path) -> Iterator[int]:
    for folder in folders(root, "memory"):
        for limit, used, files in _ACCOUNTS:
            with suppress(ValueError):  # there is no such account, or its limit is a word
                most, taken = (int(read(folder / name)) for name in (limit, used))
                lines = map(str.split, read(folder / "memory.stat").splitlines())
                yield most - taken + sum(int(number) for name, number in lines if name == files)


def _granted_to_process() -> Iterator[int]:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        yield limit - int(psutil.Process().memory_info().vms)
