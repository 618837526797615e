"""Cores as the kernel's files describe them, on machines and in containers of many kinds."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapters.huggingface.cores import allowed_cores, busy_cores, flags, quota, usable_cores

V2 = "0::/user.slice/guild.service\n"
V1 = "5:cpuset:/elsewhere\n4:cpu,cpuacct:/docker/abc\n0::/docker/abc\n"


def a_machine(root: Path, groups: str = "", **files: str) -> Path:
    """Write the files of a kernel; a name's double underscores are its slashes."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root


def limited(root: Path, text: str) -> Path:
    group = root / "sys/fs/cgroup/user.slice/guild.service"
    group.mkdir(parents=True)
    (group / "cpu.max").write_text(text)
    return a_machine(root, V2)


@pytest.mark.parametrize(
    ("text", "cores"),
    [("150000 100000\n", 1.5), ("max 100000\n", None), ("50000\n", None), ("", None)],
)
def test_the_quota_of_a_newer_kernel(tmp_path: Path, text: str, cores: float | None) -> None:
    assert quota(limited(tmp_path, text)) == cores


def test_a_group_around_it_limits_it_too(tmp_path: Path) -> None:
    root = limited(tmp_path, "400000 100000\n")
    (root / "sys/fs/cgroup/user.slice/cpu.max").write_text("200000 100000\n")
    assert quota(root) == 2.0


@pytest.mark.parametrize(("microseconds", "cores"), [("50000", 0.5), ("-1", None), ("0", None)])
def test_the_quota_of_an_older_kernel(
    tmp_path: Path, microseconds: str, cores: float | None
) -> None:
    folder = tmp_path / "sys/fs/cgroup/cpu,cpuacct/docker/abc"
    folder.mkdir(parents=True)
    (folder / "cpu.cfs_quota_us").write_text(f"{microseconds}\n")
    (folder / "cpu.cfs_period_us").write_text("100000\n")
    assert quota(a_machine(tmp_path, V1)) == cores


def test_a_container_that_sees_only_itself_reads_its_own_limit(tmp_path: Path) -> None:
    files = {"cpu__cpu.cfs_quota_us": "300000", "cpu__cpu.cfs_period_us": "100000"}
    assert quota(a_machine(tmp_path, V1, **files)) == 3.0


def test_a_group_outside_of_the_container_is_no_error(tmp_path: Path) -> None:
    root = a_machine(tmp_path, "0::/../../other\n")
    (root / "sys/fs/cgroup").mkdir(parents=True)
    (root / "sys/fs/cgroup/cpu.max").write_text("100000 100000\n")
    assert quota(root) == 1.0


def test_without_any_of_these_files_nothing_is_limited(tmp_path: Path) -> None:
    assert quota(tmp_path) is None
    assert usable_cores(tmp_path) == len(allowed_cores())
    assert flags(tmp_path) == frozenset()
    assert busy_cores(tmp_path, 0.01) == 0.0


@pytest.mark.parametrize(("text", "cores"), [("50000 100000", 1), ("100000 100000", 1)])
def test_less_than_a_core_is_one_thread(tmp_path: Path, text: str, cores: int) -> None:
    assert usable_cores(limited(tmp_path, text)) == cores


def test_a_quota_beyond_the_allowed_cores_adds_none(tmp_path: Path) -> None:
    assert usable_cores(limited(tmp_path, "99900000 100000")) == len(allowed_cores())


def test_only_allowed_cores_are_usable() -> None:
    program = (
        "import os, sys\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from adapters.huggingface.cores import usable_cores\n"
        "print(usable_cores())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "1\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("processor: 0\nflags\t\t: fpu avx512_bf16\n\nflags : other\n", {"fpu", "avx512_bf16"}),
        ("Features\t: fp asimd bf16\n", {"fp", "asimd", "bf16"}),
    ],
    ids=["x86", "arm"],
)
def test_what_the_first_core_can_do(tmp_path: Path, text: str, found: set[str]) -> None:
    root = a_machine(tmp_path)
    (root / "proc/cpuinfo").write_text(text)
    assert flags(root) == found


def test_the_work_of_others_is_seen_and_ones_own_is_not() -> None:
    core = min(allowed_cores())
    spin = f"import os; os.sched_setaffinity(0, {{{core}}})\nprint(1, flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", spin], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            allowed = allowed_cores()
            os.sched_setaffinity(0, {core})
            try:
                seen = busy_cores(seconds=0.5)
            finally:
                os.sched_setaffinity(0, allowed)
        finally:
            other.kill()
    assert seen == pytest.approx(1.0, abs=0.25)


def test_waiting_is_no_work(tmp_path: Path) -> None:
    """A kernel whose numbers stand still has nobody at work."""
    root = a_machine(tmp_path)
    (root / "proc/stat").write_text("cpu 1 1 1 1\ncpu0 10 0 5 900 30 0 0 0 0 0\nintr 5\n")
    began = time.monotonic()
    assert busy_cores(root, 0.05) == 0.0
    assert time.monotonic() - began >= 0.05
