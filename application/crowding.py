"""Whether the threads of a job have cores of their own."""

from dataclasses import dataclass

# Less than this is noise of the clock, or a moment's work.
_WORTH_TELLING = 0.25


@dataclass(frozen=True, slots=True)
class Crowding:
    """Threads on cores that they may use; idle is what others leave of those.

    A pass ends when its slowest thread does, so that one busy core slows all of them down.
    """

    threads: int
    cores: int
    idle: float

    @property
    def is_felt(self) -> bool:
        """Tell whether threads will wait for each other."""
        return self.threads - self.idle >= _WORTH_TELLING

    @property
    def remark(self) -> str:
        """Say how many threads, cores and what of them is busy."""
        busy = self.cores - self.idle
        taken = f", of which {busy:.1f} busy with other work" if busy >= _WORTH_TELLING else ""
        return f"{_count(self.threads, 'thread')} on {_count(self.cores, 'core')}{taken}"

    @property
    def fix(self) -> str:
        """Say what makes it better."""
        fewer = max(1, int(self.idle + _WORTH_TELLING))
        return f"environment.num_threads={fewer}" if fewer < self.threads else "end that work first"

    def __str__(self) -> str:
        return f"{self.remark}: the job runs at a fraction of its speed ({self.fix})"


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
