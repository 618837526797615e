"""Whether there is room to save what a job will make."""

from dataclasses import dataclass

from application.inventory import Inventory
from application.leftovers import Leftovers
from application.ports.clock import Clock
from application.ports.event_log import HALL_STREAM, Append, EventLog
from application.ports.hall import DiskFullError
from application.ports.hall_folders import HallFolders
from domain.disk import bytes_of_a_checkpoint
from domain.hall_events import HallPaused, HallResumed, pause_in
from domain.hero import Hero
from domain.result import Cause
from domain.retention import GIB

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSpace:
    """Compares the bytes that a checkpoint takes with those that are free.

    - what claims that are over left goes first;
    - no job is begun that could not save what it makes;
    - a full disk pauses the hall; the hall goes on by itself once there is room.
    """

    log: EventLog
    folders: HallFolders
    inventory: Inventory
    leftovers: Leftovers
    clock: Clock

    def require(self, hero: Hero) -> None:
        """Raise DiskFullError while there is no room; end a pause that was for the lack of it."""
        self.leftovers.sweep(self.inventory.campaigns.find())
        pause = pause_of(self.log)
        needed = bytes_of_a_checkpoint(hero.model.parameters)
        free = self.folders.free_bytes()
        if free < max(needed, pause.needed if pause else 0):
            raise DiskFullError(needed, free, self._largest())
        if pause:
            self.log.append(Append(HALL_STREAM, (HallResumed(at=self.clock.now()),)))

    def pausing(self, hero: Hero) -> Append:
        """Give what is recorded when the disk is full."""
        needed = bytes_of_a_checkpoint(hero.model.parameters)
        event = HallPaused(at=self.clock.now(), cause=Cause.DISK_FULL, needed=needed)
        return Append(HALL_STREAM, (event,))

    def _largest(self) -> tuple[str, ...]:
        campaigns = self.inventory.campaigns.find()
        shelf = [each for campaign in campaigns for each in self.inventory.of(campaign)]
        shelf.sort(key=lambda each: each.size, reverse=True)
        return tuple(
            f"{each.checkpoint.address} {each.size / GIB:.2f} GiB" for each in shelf[:_NAMED]
        )


def pause_of(log: EventLog) -> HallPaused | None:
    """Give the pause that the hall is in, None if it is in none."""
    return pause_in(record.event for record in log.read_stream(HALL_STREAM))
