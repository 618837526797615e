"""The cores of this machine: how many this process may use, and what others take of them."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from adapters.huggingface.control_groups import folders, read

_ROOT = Path("/")
_SAMPLE_SECONDS = 0.2


def allowed_cores() -> set[int]:
    """Give the cores that the scheduler lets this process run on, by number."""
    return os.sched_getaffinity(0)


def quota(root: Path = _ROOT) -> float | None:
    """Give the cores' worth of time that the control groups of this process allow, None for all."""
    return min(_quotas(root), default=None)


def usable_cores(root: Path = _ROOT) -> int:
    """Give whole cores; a thread too many would wait in every pass for its share of the quota."""
    allowed, most = len(allowed_cores()), quota(root)
    return allowed if most is None else max(1, min(allowed, int(most)))


def busy_cores(root: Path = _ROOT, seconds: float = _SAMPLE_SECONDS) -> float:
    """Watch the allowed cores for a moment; give how many of them others keep busy."""
    own, began, before = time.process_time(), time.monotonic(), _ticks(root)
    time.sleep(seconds)
    after, passed = _ticks(root), time.monotonic() - began
    mine = (time.process_time() - own) / passed
    both = before.keys() & after.keys() & allowed_cores()
    return max(0.0, sum(_share(before[core], after[core]) for core in both) - mine)


def flags(root: Path = _ROOT) -> frozenset[str]:
    """Give what the first core says that it can do, in the kernel's words."""
    for line in read(root / "proc/cpuinfo").splitlines():
        name, _, words = line.partition(":")
        if name.strip().lower() in {"flags", "features"}:
            return frozenset(words.split())
    return frozenset()


def _quotas(root: Path) -> Iterator[float]:
    """Give the limits of the process's groups and of all groups around them."""
    for folder in folders(root, "cpu"):
        yield from _cores(*(*read(folder / "cpu.max").split(), "", "")[:2])
        yield from _cores(read(folder / "cpu.cfs_quota_us"), read(folder / "cpu.cfs_period_us"))


def _cores(microseconds: str, period: str) -> Iterator[float]:
    """Give the share of a limit; 'max', -1 and what is not there limit nothing."""
    try:
        share = int(microseconds) / int(period)
    except (ValueError, ZeroDivisionError):
        return
    if share > 0:
        yield share


def _ticks(root: Path) -> dict[int, tuple[int, int]]:
    """Give for each core the ticks in which it worked, and all ticks."""
    found = {}
    for line in read(root / "proc/stat").splitlines():
        name, *numbers = line.split()
        if name.startswith("cpu") and name != "cpu":
            user, nice, system, idle, waiting, *rest = map(int, numbers[:8])
            worked = user + nice + system + sum(rest)
            found[int(name.removeprefix("cpu"))] = (worked, worked + idle + waiting)
    return found


def _share(before: tuple[int, int], after: tuple[int, int]) -> float:
    passed = after[1] - before[1]
    return (after[0] - before[0]) / passed if passed > 0 else 0.0
