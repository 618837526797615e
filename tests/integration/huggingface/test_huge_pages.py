"""Large tensors lie in huge pages where the kernel gives them to those who ask."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SWITCH = Path("/sys/kernel/mm/transparent_hugepage/enabled")
LOOK = """
import sys
import adapters.huggingface.device
import torch
rows = torch.ones(64, 2**20)
(line,) = [each for each in open("/proc/self/smaps_rollup") if each.startswith("AnonHugePages")]
sys.exit(int(line.split()[1]) < 128 * 1024)
"""


def looked(environment: dict[str, str]) -> int:
    command = [sys.executable, "-c", LOOK]
    return subprocess.run(command, env=environment, timeout=120, check=False).returncode


@pytest.mark.skipif(
    not SWITCH.exists() or "[madvise]" not in SWITCH.read_text(encoding="ascii"),
    reason="this kernel asks nobody",
)
def test_large_tensors_ask_for_huge_pages_unless_somebody_does_not_want_that() -> None:
    assert looked({}) == 0
    assert looked({"THP_MEM_ALLOC_ENABLE": "0"}) == 1
