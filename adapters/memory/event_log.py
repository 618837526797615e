"""Everything that happened, for as long as the process lives."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import asdict
from functools import reduce
from threading import RLock

from application.ports.event_log import (
    START,
    Append,
    BrokenLogError,
    EventLog,
    Position,
    Recorded,
    StaleStreamError,
)


class MemoryEventLog(EventLog):
    """Events in a list; who holds the lock is the only writer."""

    def __init__(self, caused_by: str = "") -> None:
        self.lock = RLock()
        self._caused_by = caused_by
        self._history: list[Recorded] = []
        self._digest = b""

    def append(self, *appends: Append) -> Position:
        """Record events; raise StaleStreamError if someone was faster."""
        with self.lock:
            history = list(self._history)
            for append in appends:
                history += self._recorded(append, history)
            digest = _digest(self._digest, history[len(self._history) :])
            self._history, self._digest = history, digest
            return history[-1].position if history else START

    def read_stream(self, stream: str) -> Sequence[Recorded]:
        """Give a stream's events, oldest first; an unknown stream has none."""
        return [recorded for recorded in self._history if recorded.stream == stream]

    def read_after(self, position: Position, limit: int = 1000) -> Sequence[Recorded]:
        """Give the events of all streams past a position; START is before the first."""
        first = int(position or 0)
        return self._history[first : first + limit]

    def verify(self) -> None:
        """Raise BrokenLogError if history or what is derived from it does not hold together."""
        with self.lock:
            if _digest(b"", self._history) != self._digest:
                raise BrokenLogError

    def _recorded(self, append: Append, history: Sequence[Recorded]) -> list[Recorded]:
        version = sum(recorded.stream == append.stream for recorded in history)
        if append.expected_version not in (None, version):
            raise StaleStreamError(
                f"{append.stream} is at version {version}, not {append.expected_version}"
            )
        return [
            Recorded(
                position=Position(str(len(history) + number)),
                stream=append.stream,
                version=version + number,
                event=deepcopy(event),
                caused_by=self._caused_by,
            )
            for number, event in enumerate(append.events, start=1)
        ]


def _digest(previous: bytes, history: Iterable[Recorded]) -> bytes:
    return reduce(_chained, history, previous)


def _chained(previous: bytes, recorded: Recorded) -> bytes:
    facts = json.dumps(asdict(recorded), default=str, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(previous + facts.encode()).digest()
