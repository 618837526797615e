"""Processes that live as long as a test says so."""

from application.ports.processes import Processes
from domain.lease import Owner


class MemoryProcesses(Processes):
    """This process, and the set of those that live beside it; take one out and it has ended.

    asked holds those that somebody asked to end.
    """

    def __init__(self, this: Owner, living: set[Owner], asked: set[Owner] | None = None) -> None:
        self._this = this
        self._living = living
        self._asked = set() if asked is None else asked

    def this(self) -> Owner:
        """Give the process that it was made with."""
        return self._this

    def alive(self, owner: Owner) -> bool:
        """Look it up; of other hosts nothing is known."""
        return owner.host != self._this.host or owner == self._this or owner in self._living

    def note_wish(self) -> None:
        """Add this process."""
        self._asked.add(self._this)

    def was_asked(self, owner: Owner) -> bool:
        """Look it up."""
        return owner in self._asked

    def forget_wish(self, owner: Owner) -> None:
        """Take it out."""
        self._asked.discard(owner)
