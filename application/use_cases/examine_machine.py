"""Examine the machine and the installation, also where there is no hall."""

from collections.abc import Sequence

from application.checks import Check, failed, passed, warned
from application.ports.machine import Command, Facts, Machine

OLDEST_PYTHON = (3, 11)
LIBRARIES = ("torch", "transformers")
_FIRST_WITH_WAL, _FIRST_SOUND = (3, 7, 0), (3, 51, 3)
_REPAIRED = frozenset({(3, 44, 6), (3, 50, 7)})


def examine_machine(machine: Machine) -> Sequence[Check]:
    """Look at everything that does not need a hall."""
    facts = machine.facts()
    return [
        python(facts),
        command(facts),
        packages(facts),
        *(library(name, machine.version_of(name)) for name in LIBRARIES),
        device(facts, machine.version_of("torch")),
        sqlite(facts),
    ]


def python(facts: Facts) -> Check:
    """Require the Python that guild is written for."""
    detail = f"{facts.python} in {facts.place}"
    found = tuple(int(part) for part in facts.python.split(".")[:2])
    if found < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return failed("python", detail, f"install guild with Python {oldest} or newer")
    return passed("python", detail)


def command(facts: Facts) -> Check:
    """Tell whether a shell that is asked for guild starts this one."""
    activate = f"put {facts.place}/bin first on PATH"
    match facts.command:
        case Command.OURS:
            return passed("command", facts.command_path)
        case Command.ABSENT:
            return warned("command", "there is no guild on PATH", activate)
        case Command.ANOTHER:
            detail = f"{facts.command_path} is another installation of guild"
            return warned("command", detail, activate)
        case Command.FOREIGN:
            detail = f"{facts.command_path} is the guild of another package, such as guildai"
            return failed("command", detail, "install guild-trainer in an environment of its own")


def packages(facts: Facts) -> Check:
    """Require that nobody else has packages of guild's names."""
    if facts.strangers:
        fix = "install guild-trainer in an environment of its own"
        return failed("packages", "; ".join(facts.strangers), fix)
    return passed("packages", "domain, application, adapters and entrypoints are guild's own")


def library(name: str, version: str) -> Check:
    """Require a library that training needs."""
    if not version:
        return failed(name, "not installed", "pip install 'guild-trainer[train]'")
    return passed(name, version)


def device(facts: Facts, torch: str) -> Check:
    """Tell on what training will run, as far as it can be known without loading torch."""
    for_cpu = torch.endswith("+cpu")
    if not facts.gpu_driver:
        return warned(
            "device",
            "no NVIDIA driver is loaded: training runs on the CPU",
            "small heroes train on a CPU; for the others use a machine with an NVIDIA GPU",
        )
    if for_cpu or not torch:
        detail = f"NVIDIA driver {facts.gpu_driver}, but {_build(torch)}: training cannot use it"
        return warned("device", detail, "install a build of torch for CUDA")
    return passed("device", f"NVIDIA driver {facts.gpu_driver}, {_build(torch)}")


def sqlite(facts: Facts) -> Check:
    """Tell of the fault by which SQLite can lose commits."""
    version = ".".join(map(str, facts.sqlite))
    has_fault = _FIRST_WITH_WAL <= facts.sqlite < _FIRST_SOUND and facts.sqlite not in _REPAIRED
    if has_fault:
        return warned(
            "sqlite",
            f"{version} can lose commits when its log is cut beside a writer (fixed in 3.51.3); "
            "guild does that under a lock of its own",
            "let no other program write to guild.db",
        )
    return passed("sqlite", version)


def _build(torch: str) -> str:
    return f"torch {torch}" if torch else "there is no torch"
