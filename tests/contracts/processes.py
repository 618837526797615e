"""What everyone owes who tells which processes live."""

from dataclasses import replace

import pytest

from application.ports.processes import Processes
from domain.lease import Owner


class ProcessesContract:
    """Subclasses give processes, and one of this machine that has ended."""

    @pytest.fixture
    def processes(self) -> Processes:
        raise NotImplementedError

    @pytest.fixture
    def ended(self, processes: Processes) -> Owner:
        raise NotImplementedError

    @pytest.fixture
    def living(self, processes: Processes) -> Owner:
        raise NotImplementedError

    def test_this_process_lives(self, processes: Processes) -> None:
        assert processes.alive(processes.this())

    def test_this_process_is_always_described_alike(self, processes: Processes) -> None:
        assert processes.this() == processes.this()

    def test_another_process_lives_until_it_ends(
        self, processes: Processes, living: Owner, ended: Owner
    ) -> None:
        assert processes.alive(living)
        assert not processes.alive(ended)

    def test_a_number_in_use_again_is_another_process(self, processes: Processes) -> None:
        this = processes.this()
        assert not processes.alive(replace(this, started=this.started - 60))

    def test_nothing_lives_of_what_ran_before_the_machine_started_again(
        self, processes: Processes
    ) -> None:
        assert not processes.alive(replace(processes.this(), boot_id="an-earlier-boot"))

    def test_a_process_of_another_host_counts_as_alive(
        self, processes: Processes, ended: Owner
    ) -> None:
        assert processes.alive(replace(ended, host="some-other-host"))

    def test_that_a_process_was_asked_to_end_is_known_until_it_is_forgotten(
        self, processes: Processes, living: Owner
    ) -> None:
        this = processes.this()
        assert not processes.was_asked(this)
        processes.note_wish()
        processes.note_wish()
        assert processes.was_asked(this)
        assert not processes.was_asked(living)
        assert not processes.was_asked(replace(this, started=this.started - 60))
        processes.forget_wish(this)
        processes.forget_wish(this)
        assert not processes.was_asked(this)
