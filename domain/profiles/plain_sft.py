"""The profile that changes nothing but adds the system prompt where a row has none."""

from dataclasses import dataclass, replace
from typing import ClassVar

from domain.conversation import Conversation, Message, Role
from domain.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class PlainSft(Profile):
    """Rows as they are, with the configured system prompt if there is none."""

    system_prompt: str = ""
    name: ClassVar[str] = "plain_sft"
    version: ClassVar[str] = "1"

    def transform(self, example: Conversation, row_number: int, seed: int) -> Conversation:
        """Add the system prompt."""
        if not self.system_prompt or any(turn.role is Role.SYSTEM for turn in example.messages):
            return example
        return replace(
            example, messages=(Message(Role.SYSTEM, self.system_prompt), *example.messages)
        )
