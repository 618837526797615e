"""What the doctor finds on machines that are described."""

from typing import Any

import pytest

from adapters.memory.machine import MemoryMachine
from application.checks import Check, State, worst_last
from application.ports.machine import Command
from application.use_cases.examine_machine import examine_machine


def found(name: str, packages: dict[str, str] | None = None, **facts: Any) -> Check:
    (check,) = [
        each for each in examine_machine(MemoryMachine(packages, **facts)) if each.name == name
    ]
    return check


def test_nothing_is_wrong_with_a_sound_machine() -> None:
    checks = examine_machine(MemoryMachine())
    assert {check.state for check in checks} == {State.OK}
    assert not any(check.fix for check in checks)


@pytest.mark.parametrize(
    ("name", "facts", "state", "said"),
    [
        ("python", {"python": "3.10.14"}, State.FAIL, "3.10.14"),
        ("python", {"python": "3.14.0rc1"}, State.OK, "3.14"),
        ("command", {"command": Command.ABSENT, "command_path": ""}, State.WARN, "no guild"),
        ("command", {"command": Command.ANOTHER}, State.WARN, "/venv/bin/guild"),
        ("command", {"command": Command.FOREIGN}, State.FAIL, "guildai"),
        ("packages", {"strangers": ("'domain' is loaded from /x",)}, State.FAIL, "/x"),
        ("device", {"gpu_driver": ""}, State.WARN, "CPU"),
    ],
)
def test_every_problem_is_named_with_its_fix(
    name: str, facts: dict[str, Any], state: State, said: str
) -> None:
    check = found(name, **facts)
    assert check.state is state
    assert said in check.detail
    assert bool(check.fix) == (state is not State.OK)


def test_a_library_that_is_missing_fails_with_the_extra_that_brings_it() -> None:
    check = found("torch", {"transformers": "5.20"})
    assert check.state is State.FAIL
    assert check.fix == ("pip install 'guild-trainer[train]'",)


def test_a_gpu_is_of_no_use_to_a_torch_for_the_cpu() -> None:
    check = found("device", {"torch": "2.13.0+cpu"}, gpu_driver="550.54")
    assert check.state is State.WARN
    assert check.fix == ("install a build of torch for CUDA",)


def test_a_gpu_without_any_torch_is_not_called_ready() -> None:
    assert found("device", {}, gpu_driver="550.54").state is State.WARN


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ((3, 6, 23), State.OK),
        ((3, 7, 0), State.WARN),
        ((3, 40, 1), State.WARN),
        ((3, 44, 5), State.WARN),
        ((3, 44, 6), State.OK),
        ((3, 50, 7), State.OK),
        ((3, 51, 2), State.WARN),
        ((3, 51, 3), State.OK),
    ],
)
def test_the_fault_of_sqlite_is_known_by_version(version: tuple[int, ...], state: State) -> None:
    assert found("sqlite", sqlite=version).state is state


def test_the_worst_stands_last_and_the_order_stays_otherwise() -> None:
    checks = [
        Check("a", State.FAIL, ""),
        Check("b", State.OK, ""),
        Check("c", State.WARN, ""),
        Check("d", State.OK, ""),
    ]
    assert [check.name for check in worst_last(checks)] == ["b", "d", "c", "a"]
