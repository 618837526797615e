import pytest

from adapters.memory.processes import MemoryProcesses
from domain.lease import Owner
from tests.builders import an_owner
from tests.contracts.processes import ProcessesContract


class TestMemoryProcesses(ProcessesContract):
    @pytest.fixture
    def processes(self) -> MemoryProcesses:
        return MemoryProcesses(an_owner(1), {an_owner(2)})

    @pytest.fixture
    def living(self) -> Owner:
        return an_owner(2)

    @pytest.fixture
    def ended(self) -> Owner:
        return an_owner(3)


def test_a_process_ends_when_it_is_taken_out() -> None:
    living = {an_owner(2)}
    processes = MemoryProcesses(an_owner(1), living)
    living.clear()
    assert not processes.alive(an_owner(2))
