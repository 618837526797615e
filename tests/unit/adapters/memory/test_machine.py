import pytest

from adapters.memory.machine import MemoryMachine
from application.ports.machine import Machine
from tests.contracts.machine import MachineContract


class TestMemoryMachine(MachineContract):
    @pytest.fixture
    def machine(self) -> Machine:
        return MemoryMachine()

    @pytest.fixture
    def installed(self) -> str:
        return "torch"
