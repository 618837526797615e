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


@pytest.mark.parametrize(
    ("files", "statistics", "files_word"),
    [
        (("memory.max", "memory.current"), "memory.stat", "inactive_file"),
        (
            ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
            "memory/memory.stat",
            "total_inactive_file",
        ),
    ],
)
def test_a_container_grants_what_it_has_left_beside_unused_files(
    tmp_path: Path, files: tuple[str, str], statistics: str, files_word: str
) -> None:
    (tmp_path / "memory").mkdir()
    for name, value in zip(files, (50 * MIB, 20 * MIB), strict=True):
        (tmp_path / name).write_text(f"{value}\n")
    (tmp_path / statistics).write_text(f"anon 7\n{files_word} {5 * MIB}\nother 1\n")
    assert free_memory(tmp_path) == 35 * MIB


def test_a_container_without_a_limit_grants_all(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1\n")
    assert free_memory(tmp_path) > MIB


def test_a_container_that_is_full_grants_nothing(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1\n")
    (tmp_path / "memory.current").write_text("2\n")
    (tmp_path / "memory.stat").write_text("")
    assert free_memory(tmp_path) == 0


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
