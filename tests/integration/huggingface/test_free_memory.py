import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from adapters.huggingface.free_memory import free_memory

MIB = 1 << 20


def test_without_any_limit_it_is_what_the_machine_has(tmp_path: Path) -> None:
    free, machine = free_memory(tmp_path), psutil.virtual_memory().available
    assert abs(free - machine) < machine / 4


V2 = "0::/jobs/ours\n"
V1 = "3:cpu:/elsewhere\n4:memory:/jobs/ours\n0::/\n"
NEW = ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
OLD = (
    "sys/fs/cgroup/memory",
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    "total_inactive_file",
)


def account(root: Path, kind: tuple[str, ...], group: str, most: str, used: int) -> None:
    """Write the account of a group that has 5 MiB of unused files."""
    mount, limit, usage, files = kind
    folder = root / mount / group
    folder.mkdir(parents=True, exist_ok=True)
    (folder / limit).write_text(f"{most}\n")
    (folder / usage).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 7\n{files} {5 * MIB}\nother 1\n")


def belonging(root: Path, groups: str) -> Path:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    return root


@pytest.mark.parametrize(("kind", "groups"), [(NEW, V2), (OLD, V1)], ids=["new", "old"])
@pytest.mark.parametrize("group", ["", "jobs", "jobs/ours"])
def test_a_group_and_those_around_it_grant_what_they_have_left_beside_unused_files(
    tmp_path: Path, kind: tuple[str, ...], groups: str, group: str
) -> None:
    account(tmp_path, kind, group, str(50 * MIB), 20 * MIB)
    assert free_memory(belonging(tmp_path, groups)) == 35 * MIB


def test_the_tightest_group_counts(tmp_path: Path) -> None:
    account(tmp_path, NEW, "jobs", str(90 * MIB), 20 * MIB)
    account(tmp_path, NEW, "jobs/ours", str(30 * MIB), 10 * MIB)
    assert free_memory(belonging(tmp_path, V2)) == 25 * MIB


def test_a_group_without_a_limit_grants_all(tmp_path: Path) -> None:
    account(tmp_path, NEW, "jobs/ours", "max", 1)
    assert free_memory(belonging(tmp_path, V2)) > 100 * MIB


def test_a_group_that_is_full_grants_nothing(tmp_path: Path) -> None:
    account(tmp_path, NEW, "jobs/ours", "1", 20 * MIB)
    assert free_memory(belonging(tmp_path, V2)) == 0


def test_a_limit_of_the_process_counts() -> None:
    line = (
        "import resource, psutil; from adapters.huggingface.free_memory import free_memory;"
        "used = psutil.Process().memory_info().vms;"
        f"resource.setrlimit(resource.RLIMIT_AS, (used + {64 * MIB},) * 2); print(free_memory())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", line],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 32 * MIB < int(ran.stdout) <= 64 * MIB
