"""Files and datasets on a shelf in memory."""

import hashlib
from collections.abc import MutableMapping, Sequence
from itertools import count

from application.ports.inbox import Arrival, Inbox, Staged, UnreadableFileError
from domain.dataset import Dataset, Priority


class MemoryInbox(Inbox):
    """Takes in from a shelf of bytes by location, and keeps on it under 'datasets/<sha256>'."""

    def __init__(self, shelf: MutableMapping[str, bytes]) -> None:
        self._shelf = shelf
        self._arrived: list[Arrival] = []
        self._numbers = count(1)
        self.refused: list[tuple[Arrival, str]] = []

    def arrive(self, name: str, content: bytes, priority: Priority = Priority.NORMAL) -> Arrival:
        """Put a finished file into a queue folder, as somebody outside would."""
        arrival = Arrival(f"queue/{priority}/{name}", name, priority)
        self._shelf[arrival.location] = content
        self._arrived.append(arrival)
        return arrival

    def arrivals(self) -> Sequence[Arrival]:
        """List what has arrived and was not cleared."""
        return tuple(self._arrived)

    def stage(self, location: str) -> Staged:
        """Copy the bytes to a place of their own."""
        content = self._shelf.get(location, b"")
        if not content or b"\0" in content:
            raise UnreadableFileError(f"cannot read {location}: it is missing, empty or no text")
        sha256 = hashlib.sha256(content).hexdigest()
        place = f"incoming/{next(self._numbers)}"
        self._shelf[place] = content
        name = location.rpartition("/")[2]
        return Staged(Dataset(sha256=sha256, name=name, size=len(content)), place)

    def keep(self, staged: Staged) -> None:
        """Move the copy to its digest."""
        kept = f"datasets/{staged.dataset.sha256}"
        if staged.location in self._shelf:
            self._shelf.setdefault(kept, self._shelf.pop(staged.location))
        elif kept not in self._shelf:
            raise UnreadableFileError(f"cannot read {staged.location}: the staged copy is gone")

    def discard(self, staged: Staged) -> None:
        """Take the copy off the shelf."""
        self._shelf.pop(staged.location, None)

    def clear(self, arrival: Arrival, refusal: str = "") -> None:
        """Take the file out of the queue folder; a refused one stays on the shelf, set aside."""
        if arrival not in self._arrived:
            return
        self._arrived.remove(arrival)
        content = self._shelf.pop(arrival.location)
        if refusal:
            self.refused.append((arrival, refusal))
            self._shelf[f"queue/rejected/{len(self.refused)}-{arrival.name}"] = content
