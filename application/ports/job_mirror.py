"""Jobs shown outside of the log."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.job import Job


class JobMirror(Protocol):
    """Shows where each job stands; derived from the log and never read back.

    - showing the same jobs again changes nothing; a job is shown once, where it stands now.
    """

    @abstractmethod
    def show(self, jobs: Sequence[Job]) -> None:
        """Bring what is shown up to date with these jobs."""
