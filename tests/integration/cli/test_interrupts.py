"""Signals to a real training: in every phase it goes back to the queue, and on to the same end."""

import os
import pty
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.guild_cli import GUILD, Hall, new_hall

pytestmark = pytest.mark.slow

LONG = (
    "hyperparams.save_steps=5",
    "hyperparams.eval_steps=5",
    "hyperparams.num_train_epochs=20",
    "data.validation_split=0.3",
)
HEARD = "stopping after this pass"
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    return new_hall(tmp_path / "hall")


@pytest.fixture(name="unbroken", scope="module")
def _unbroken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the weights of a job that nothing disturbed."""
    hall = new_hall(tmp_path_factory.mktemp("unbroken") / "hall")
    hall.campaign(*LONG)
    hall.ok("queue", "add", str(hall.lesson()))
    hall.ok("train", "next")
    return hall.weights()


def read_until(process: "subprocess.Popen[str]", word: str, times: int = 1) -> None:
    """Read what the process says until a word was in so many lines."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        times -= word in line
        if not times:
            return
    pytest.fail("".join(said[-20:]))


def stopped(process: "subprocess.Popen[str]", number: signal.Signals) -> int:
    """Send a signal; give the exit status of a process that answers and leaves in time."""
    began = time.monotonic()
    process.send_signal(number)
    read_until(process, HEARD)
    assert time.monotonic() - began < 10
    process.communicate(timeout=60)
    return process.returncode


def waiting(hall: Hall) -> Any:
    job = hall.json("job", "list")["jobs"][0]
    assert (job["status"], job["failures"]) == ("queued", 0)
    assert hall.events()[-1] == "JobReleased"
    return job


@pytest.mark.parametrize(
    ("phase", "times", "number"),
    [
        ("training", 3, signal.SIGTERM),
        ("evaluating", 2, signal.SIGINT),
        ("saving", 2, signal.SIGTERM),
    ],
)
def test_a_job_that_was_stopped_in_any_phase_ends_as_if_it_never_was(
    hall: Hall, unbroken: str, phase: str, times: int, number: signal.Signals
) -> None:
    hall.campaign(*LONG)
    hall.ok("queue", "add", str(hall.lesson()))
    process = hall.start("train", "next")
    read_until(process, f"phase={phase}", times)
    assert stopped(process, number) == STATUS[number]

    assert waiting(hall)["metadata"]["checkpoints"]
    hall.ok("train", "next")
    assert hall.weights() == unbroken


@pytest.mark.parametrize(
    ("phase", "number"), [("loading", signal.SIGTERM), ("preparing", signal.SIGINT)]
)
def test_a_stop_before_the_first_step_gives_the_job_back(
    hall: Hall, phase: str, number: signal.Signals
) -> None:
    hall.campaign(*LONG)
    hall.ok("queue", "add", str(hall.lesson(rows=20_000)))
    process = hall.start("train", "next")
    read_until(process, f"phase={phase}")
    assert stopped(process, number) == STATUS[number]

    assert waiting(hall)["metadata"]["packings"] == []


def test_sigusr1_saves_a_checkpoint_and_the_job_goes_on(hall: Hall) -> None:
    hall.campaign("hyperparams.num_train_epochs=2000")
    hall.ok("queue", "add", str(hall.lesson()))
    process = hall.start("train", "next")
    read_until(process, "phase=training")
    process.send_signal(signal.SIGUSR1)
    read_until(process, "phase=saving")
    read_until(process, "phase=training")
    assert stopped(process, signal.SIGINT) == 130

    asked, last = waiting(hall)["metadata"]["checkpoints"]
    assert 0 < asked["step"] < last["step"] < 1000


def test_a_second_ctrl_c_leaves_in_the_midst_of_a_pass_and_the_next_goes_on(hall: Hall) -> None:
    hall.campaign("data.validation_split=0", "hyperparams.max_steps=1")
    hall.ok("queue", "add", str(hall.lesson(rows=1200)))
    process = hall.start("train", "next")
    read_until(process, "phase=training")
    process.send_signal(signal.SIGINT)
    read_until(process, HEARD)
    time.sleep(0.2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert "Traceback" not in said
    # The signal comes before or after the loop has told what it runs on.
    assert hall.events()[-1] in {"JobPackingRecorded", "JobEquipped"}
    hall.ok("train", "next")
    events = hall.events()
    assert "LeaseExpired" not in events
    assert (events.count("JobReleased"), events[-1]) == (1, "JobCompleted")
    assert list((hall.root / ".guild" / "wishes").iterdir()) == []


def test_a_closed_terminal_stops_the_job_and_is_no_failure(hall: Hall) -> None:
    hall.campaign(*LONG, "hyperparams.num_train_epochs=2000")
    hall.ok("queue", "add", str(hall.lesson()))
    pid, terminal = pty.fork()
    if not pid:
        os.execv(GUILD, [GUILD, "-C", str(hall.root), "train", "next"])  # noqa: S606
    said = b""
    while b"saving" not in said:
        said += os.read(terminal, 1024)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 143
    assert waiting(hall)["metadata"]["checkpoints"]
