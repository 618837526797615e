"""Which processes live, and which were asked to end."""

from abc import abstractmethod
from typing import Protocol

from domain.lease import Owner


class Processes(Protocol):
    """Processes of this machine, told apart beyond their number.

    - this process lives; one that ended does not, also when its number is in use again;
    - a process of another host counts as alive: nobody here can know;
    - that somebody asked a process to end is known to others at once, and after its end, until it
      is forgotten.
    """

    @abstractmethod
    def this(self) -> Owner:
        """Describe this process."""

    @abstractmethod
    def alive(self, owner: Owner) -> bool:
        """Tell whether a process lives."""

    @abstractmethod
    def note_wish(self) -> None:
        """Note that somebody asked this process to end."""

    @abstractmethod
    def was_asked(self, owner: Owner) -> bool:
        """Tell whether somebody asked a process to end."""

    @abstractmethod
    def forget_wish(self, owner: Owner) -> None:
        """Forget that somebody did."""
