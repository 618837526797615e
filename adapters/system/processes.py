"""The machine's processes."""

import socket
from pathlib import Path

import psutil

from application.ports.processes import Processes
from domain.lease import Owner

# The kernel tells when it booted in whole seconds, which may round either way.
_TOLERANCE_SECONDS = 1.5


class SystemProcesses(Processes):
    """Asks the kernel; a process that has ended but was not waited for does not live."""

    def __init__(self) -> None:
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
