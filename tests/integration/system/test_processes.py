import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from adapters.system.processes import SystemProcesses
from domain.lease import Owner
from tests.contracts.processes import ProcessesContract

WAITING = [sys.executable, "-c", "input()"]
TELLING = """
from pathlib import Path
from adapters.system.processes import SystemProcesses
owner = SystemProcesses(Path("wishes")).this()
print(owner.host, owner.boot_id, owner.pid, repr(owner.started), flush=True)
input()
"""
ROOT = Path(__file__).resolve().parents[3]


def owner_of(processes: SystemProcesses, pid: int) -> Owner:
    return replace(
        processes.this(), pid=pid, started=psutil.Process(pid).create_time() - psutil.boot_time()
    )


@pytest.fixture
def processes(tmp_path: Path) -> SystemProcesses:
    return SystemProcesses(tmp_path / "wishes")


@pytest.fixture
def child() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(WAITING, stdin=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


class TestSystemProcesses(ProcessesContract):
    @pytest.fixture
    def processes(self, tmp_path: Path) -> SystemProcesses:
        return SystemProcesses(tmp_path / "wishes")

    @pytest.fixture
    def living(self, processes: SystemProcesses, child: "subprocess.Popen[str]") -> Owner:
        return owner_of(processes, child.pid)

    @pytest.fixture
    def ended(self, processes: SystemProcesses) -> Owner:
        with subprocess.Popen(WAITING, stdin=subprocess.PIPE, text=True) as process:
            return owner_of(processes, process.pid)


def test_a_killed_process_is_dead_before_anybody_waited_for_it(
    processes: SystemProcesses, child: "subprocess.Popen[str]"
) -> None:
    owner = owner_of(processes, child.pid)
    child.kill()
    deadline = time.monotonic() + 10
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
    assert not processes.alive(owner)


@pytest.mark.parametrize("pid", [-1, 2**31 - 1, 2**80])
def test_numbers_that_no_process_has_are_dead(processes: SystemProcesses, pid: int) -> None:
    assert not processes.alive(replace(processes.this(), pid=pid))


def test_the_first_process_of_the_machine_is_told_apart_from_an_owner_of_its_number(
    processes: SystemProcesses,
) -> None:
    assert not processes.alive(replace(processes.this(), pid=1))


def test_a_process_describes_itself_as_others_see_it(processes: SystemProcesses) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TELLING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        host, boot_id, pid, started = process.stdout.readline().split()
        owner = Owner(host=host, boot_id=boot_id, pid=int(pid), started=float(started))
        assert owner.pid == process.pid
        assert owner.boot_id == processes.this().boot_id
        assert processes.alive(owner)
        process.kill()
    assert not processes.alive(owner)


def test_this_process_is_this_process(processes: SystemProcesses) -> None:
    assert processes.this().pid == os.getpid()
    assert processes.this().host == os.uname().nodename


@pytest.mark.parametrize("content", ["", "soon", "1e400"])
def test_a_wish_that_was_half_written_is_none(
    processes: SystemProcesses, tmp_path: Path, content: str
) -> None:
    processes.note_wish()
    (wish,) = (tmp_path / "wishes").iterdir()
    wish.write_text(content)
    assert not processes.was_asked(processes.this())
