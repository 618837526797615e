"""How an example is rewritten before training."""

from abc import abstractmethod
from typing import ClassVar, Protocol

from domain.conversation import Conversation


class Profile(Protocol):
    """A named, versioned rewriting of conversations; same input, same output."""

    name: ClassVar[str]
    version: ClassVar[str]

    @abstractmethod
    def transform(self, example: Conversation, row_number: int, seed: int) -> Conversation:
        """Rewrite one example; row_number is its line from 1."""
