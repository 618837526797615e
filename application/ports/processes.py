"""Which processes live."""

from abc import abstractmethod
from typing import Protocol

from domain.lease import Owner


class Processes(Protocol):
    """Processes of this machine, told apart beyond their number.

    - this process lives; one that ended does not, also when its number is in use again;
    - a process of another host counts as alive: nobody here can know.
    """

    @abstractmethod
    def this(self) -> Owner:
        """Describe this process."""

    @abstractmethod
    def alive(self, owner: Owner) -> bool:
        """Tell whether a process lives."""
