"""The machine's processes."""

import hashlib
import socket
from pathlib import Path

import psutil

from application.ports.processes import Processes
from domain.lease import Owner

# The kernel tells when it booted in whole seconds, which may round either way.
_TOLERANCE_SECONDS = 1.5


class SystemProcesses(Processes):
    """Asks the kernel; a process that has ended but was not waited for does not live.

    In the folder of wishes there is a file for each process that was asked to end.
    """

    def __init__(self, wishes: Path) -> None:
        self._wishes = wishes
        self._host = socket.gethostname()
        self._boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()

    def this(self) -> Owner:
        """Describe the process that asks."""
        process = psutil.Process()
        return Owner(
            host=self._host,
            boot_id=self._boot_id,
            pid=process.pid,
            started=_started(process),
        )

    def alive(self, owner: Owner) -> bool:
        """Compare host, boot, number and start."""
        if owner.host != self._host:
            return True
        return owner.boot_id == self._boot_id and _lives(owner)

    def note_wish(self) -> None:
        """Write when this process started, since its number is used again."""
        self._wishes.mkdir(mode=0o700, exist_ok=True)
        this = self.this()
        self._wish_of(this).write_text(repr(this.started), encoding="ascii")

    def was_asked(self, owner: Owner) -> bool:
        """Look for the file of the process."""
        try:
            started = float(self._wish_of(owner).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return False
        return abs(started - owner.started) <= _TOLERANCE_SECONDS

    def forget_wish(self, owner: Owner) -> None:
        """Remove the file."""
        self._wish_of(owner).unlink(missing_ok=True)

    def _wish_of(self, owner: Owner) -> Path:
        name = f"{owner.host} {owner.boot_id} {owner.pid}"
        return self._wishes / hashlib.sha256(name.encode()).hexdigest()


def _started(process: psutil.Process) -> float:
    """Give seconds since boot, which setting the clock does not change."""
    return process.create_time() - psutil.boot_time()


def _lives(owner: Owner) -> bool:
    try:
        process = psutil.Process(owner.pid)
        if process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
            return False
        return abs(_started(process) - owner.started) <= _TOLERANCE_SECONDS
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return False
    except psutil.AccessDenied:
        return True
