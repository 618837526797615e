"""What somebody can do around the inbox of a hall."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from domain.dataset import Priority
from tests.builders import NOON


@dataclass(frozen=True, slots=True)
class Around:
    hall: Path
    numbers: Iterator[int] = field(default_factory=count)

    def drop(self, name: str, content: bytes, priority: Priority = Priority.NORMAL) -> None:
        self.put(name, content, priority, age=3600 - next(self.numbers))

    def put(
        self, name: str, content: bytes, priority: Priority = Priority.NORMAL, *, age: float
    ) -> Path:
        path = self.hall / "queue" / priority / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written = NOON.timestamp() - age
        os.utime(path, (written, written))
        return path

    def place(self, name: str, content: bytes) -> str:
        path = self.hall.with_name(name)
        path.write_bytes(content)
        return str(path)

    def read(self, location: str) -> bytes:
        return Path(location).read_bytes()

    def kept(self, sha256: str) -> bytes | None:
        path = self.hall / "datasets" / sha256
        return path.read_bytes() if path.exists() else None

    def leavings(self) -> int:
        return len(list((self.hall / ".guild" / "incoming").glob("*")))

    def set_aside(self) -> Sequence[tuple[bytes, str]]:
        notes = (self.hall / "queue" / "rejected").glob("*.reason.json")
        return [
            (
                note.with_name(note.name.removesuffix(".reason.json")).read_bytes(),
                json.loads(note.read_text())["reason"],
            )
            for note in notes
        ]
