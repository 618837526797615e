"""What everyone owes who describes the machine."""

import sys

import pytest

from application.ports.machine import Command, Machine

HEAVY = {"torch", "transformers", "datasets", "pandas"}


class MachineContract:
    """Subclasses give a machine, and the name of a package that it has."""

    @pytest.fixture
    def machine(self) -> Machine:
        raise NotImplementedError

    @pytest.fixture
    def installed(self) -> str:
        raise NotImplementedError

    def test_the_machine_is_always_described_alike(self, machine: Machine) -> None:
        assert machine.facts() == machine.facts()

    def test_a_command_has_a_path_unless_there_is_none(self, machine: Machine) -> None:
        facts = machine.facts()
        assert bool(facts.command_path) == (facts.command is not Command.ABSENT)

    def test_an_installed_package_has_a_version(self, machine: Machine, installed: str) -> None:
        assert machine.version_of(installed)

    def test_any_other_package_has_none(self, machine: Machine) -> None:
        assert machine.version_of("no-such-package-anywhere") == ""

    def test_looking_imports_nothing(self, machine: Machine) -> None:
        before = HEAVY & set(sys.modules)
        machine.facts()
        machine.version_of("torch")
        assert HEAVY & set(sys.modules) == before
