"""Processes that live as long as a test says so."""

from application.ports.processes import Processes
from domain.lease import Owner


class MemoryProcesses(Processes):
    """This process, and the set of those that live beside it; take one out and it has ended."""

    def __init__(self, this: Owner, living: set[Owner]) -> None:
        self._this = this
        self._living = living

    def this(self) -> Owner:
        """Give the process that it was made with."""
        return self._this

    def alive(self, owner: Owner) -> bool:
        """Look it up; of other hosts nothing is known."""
        return owner.host != self._this.host or owner == self._this or owner in self._living
