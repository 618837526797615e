"""The programs of docs/python.md run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "python.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)


def printed(program: str, folder: Path) -> list[list[str]]:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"TMPDIR": str(folder), "HF_HUB_OFFLINE": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    return [line.split() for line in ran.stdout.splitlines()]


def test_the_program_trains_and_reads_the_result(tmp_path: Path) -> None:
    ((ending, step, loss, checkpoint),) = printed(PROGRAMS[0], tmp_path)

    assert (ending, step) == ("max_steps", "4")
    assert float(loss) == 1.0
    assert checkpoint.endswith("/checkpoint-4")


def test_the_program_has_ten_statements_beside_its_imports() -> None:
    body = re.sub(r"\(\n.*?^\)", "()", PROGRAMS[0], flags=re.MULTILINE | re.DOTALL).splitlines()
    statements = [line for line in body if line and not line.startswith(("import ", "from "))]

    assert len(statements) == 10


@pytest.mark.slow
def test_a_real_model_is_trained_by_the_same_program(tmp_path: Path) -> None:
    _, (ending, step, loss, checkpoint) = printed("\n".join(PROGRAMS), tmp_path)

    assert (ending, step) == ("max_steps", "4")
    assert float(loss) < 8
    assert (Path(checkpoint) / "model.safetensors").exists()
