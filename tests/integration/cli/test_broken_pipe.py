"""An answer that nobody reads to its end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GUILD = str(Path(sys.executable).parent / "guild")


@pytest.mark.parametrize("line", [("hero", "list"), ("--json", "hero", "list")])
def test_a_reader_that_has_enough_is_no_error(tmp_path: Path, line: tuple[str, ...]) -> None:
    subprocess.run([GUILD, "init", str(tmp_path / "hall")], check=True, capture_output=True)
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [GUILD, "-C", str(tmp_path / "hall"), *line],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, "")
