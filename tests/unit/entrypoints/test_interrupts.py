"""Signals that reach a process in which a job runs, or none."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from application.ports.trainer import Control
from domain.errors import ExitStatus
from entrypoints.cli.interrupts import Interrupts
from entrypoints.cli.terminated import Terminated, termination_noticed

ROOT = Path(__file__).parents[3]
# One call of many seconds, as a long pass is: no line of Python runs in it.
BUSY = """
import hashlib
from entrypoints.cli.interrupts import Interrupts
with Interrupts() as interrupts:
    print("open", flush=True)
    hashlib.pbkdf2_hmac("sha512", b"a", b"b", ROUNDS)
    print(interrupts.control(), flush=True)
raise SystemExit(interrupts.exit_status if interrupts.received else 0)
"""
ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
Busy = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(name="busy")
def _busy() -> Iterator[Busy]:
    """Start a process that is busy with a job, and wait until it is."""
    begun: list[subprocess.Popen[str]] = []

    def start(rounds: int = 10**8, before: str = "") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", before + BUSY.replace("ROUNDS", str(rounds))],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    return process.stderr.readline()


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_is_answered_in_the_midst_of_a_long_call_and_a_second_one_leaves(
    busy: Busy, number: signal.Signals
) -> None:
    process, began = busy(), time.monotonic()
    process.send_signal(number)
    assert heard(process) == "stopping after this pass, or this save; again leaves at once\n"
    time.sleep(0.3)
    process.send_signal(number)
    out, said = process.communicate(timeout=10)

    assert time.monotonic() - began < 10
    assert (process.returncode, out, said) == (STATUS[number], "", "")


def test_the_second_signal_may_be_another_one(busy: Busy) -> None:
    process = busy()
    process.send_signal(signal.SIGINT)
    heard(process)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 143


def test_another_signal_is_no_echo_however_soon_it_comes(busy: Busy) -> None:
    process = busy()
    process.send_signal(signal.SIGINT)
    heard(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 143


def test_a_hangup_beside_another_signal_is_one_wish(busy: Busy) -> None:
    process = busy(rounds=10**6)
    process.send_signal(signal.SIGTERM)
    heard(process)
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (143, "stop\n")


def test_a_signal_that_comes_twice_at_once_is_one_wish(busy: Busy) -> None:
    process = busy(rounds=10**6)
    process.send_signal(signal.SIGTERM)
    heard(process)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (143, "stop\n")


def test_what_nohup_ignores_stays_ignored(busy: Busy) -> None:
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    process = busy(rounds=10**6, before=ignoring)
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "go_on\n")


@pytest.mark.parametrize("number", ENDING)
def test_a_wish_to_end_is_said_again_and_again(number: signal.Signals) -> None:
    with Interrupts() as interrupts:
        assert interrupts.control() is Control.GO_ON
        os.kill(os.getpid(), number)
        until(lambda: interrupts.received)
        assert [interrupts.control() for _ in range(3)] == [Control.STOP] * 3
    assert interrupts.exit_status == ExitStatus(STATUS[number])


def test_sigusr1_is_one_wish_for_a_checkpoint_and_no_interruption() -> None:
    wishes = []
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGUSR1)
        until(lambda: wishes.append(interrupts.control()) or wishes[-1] is Control.CHECKPOINT)
        assert interrupts.control() is Control.GO_ON
    assert not interrupts.received


def test_sigusr1_waits_for_the_job_that_begins() -> None:
    wishes: list[Control] = []
    with termination_noticed():
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        with Interrupts() as interrupts:
            until(lambda: wishes.append(interrupts.control()) or wishes[-1] is Control.CHECKPOINT)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
    assert signal.SIGUSR1 not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_everything_is_as_before_when_it_is_closed() -> None:
    numbers = (*ENDING, signal.SIGUSR1)
    before = [signal.getsignal(number) for number in numbers]
    for _ in range(3):
        with Interrupts():
            pass
    assert [signal.getsignal(number) for number in numbers] == before
    assert signal.set_wakeup_fd(-1) == -1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_without_a_job_a_signal_leaves_tidily(number: signal.Signals) -> None:
    tidied = []
    before = signal.getsignal(number)

    def wait() -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(1)
        finally:
            tidied.append(number)

    with pytest.raises(Terminated), termination_noticed():
        wait()
    assert tidied == [number]
    assert signal.getsignal(number) is before
