from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from adapters.memory.inbox import MemoryInbox
from domain.dataset import Priority
from tests.contracts.inbox import InboxContract


@dataclass(frozen=True, slots=True)
class Around:
    inbox: MemoryInbox
    shelf: dict[str, bytes]

    def drop(self, name: str, content: bytes, priority: Priority = Priority.NORMAL) -> None:
        self.inbox.arrive(name, content, priority)

    def place(self, name: str, content: bytes) -> str:
        self.shelf[f"home/{name}"] = content
        return f"home/{name}"

    def read(self, location: str) -> bytes:
        return self.shelf[location]

    def kept(self, sha256: str) -> bytes | None:
        return self.shelf.get(f"datasets/{sha256}")

    def leavings(self) -> int:
        return sum(location.startswith("incoming/") for location in self.shelf)

    def set_aside(self) -> Sequence[tuple[bytes, str]]:
        rejected = [at for where, at in self.shelf.items() if where.startswith("queue/rejected/")]
        return list(zip(rejected, (reason for _, reason in self.inbox.refused), strict=True))


class TestMemoryInbox(InboxContract):
    @pytest.fixture
    def shelf(self) -> dict[str, bytes]:
        return {}

    @pytest.fixture
    def inbox(self, shelf: dict[str, bytes]) -> MemoryInbox:
        return MemoryInbox(shelf)

    @pytest.fixture
    def outside(self, inbox: MemoryInbox, shelf: dict[str, bytes]) -> Around:
        return Around(inbox, shelf)
