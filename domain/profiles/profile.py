"""How an example is rewritten before training."""

from abc import abstractmethod
from typing import ClassVar, Protocol, runtime_checkable

from domain.conversation import Conversation
from domain.profiles.processors import ProcessorSpec


@runtime_checkable
class Profile(Protocol):
    """A named, versioned rewriting of conversations.

    - same input, same output, in every process and whatever stands before or after the row;
    - an example that cannot be rewritten raises RowError with the reason;
    - transform with an answer still to come rewrites the questions alone, as previews need it;
    - system_prompt is what it puts before a conversation, '' for nothing.

    own_thinking says that it brings its own way to think: a chat template that writes thoughts of
    its own would teach a second one.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    own_thinking: ClassVar[bool] = False
    system_prompt: str

    @abstractmethod
    def transform(self, example: Conversation, row_number: int, seed: int) -> Conversation:
        """Rewrite one example; row_number is its line from 1."""

    def processors(self) -> tuple[ProcessorSpec, ...]:
        """Describe what generation should heed; nothing by default."""
        return ()
