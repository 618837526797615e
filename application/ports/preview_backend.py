"""Who lets a checkpoint speak."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.hero import Hero
from domain.preview import Answer, Prompt, Unmeasured
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """Prompts for one checkpoint; address names it for other machines, location on this one."""

    hero: Hero
    location: str
    address: str
    settings: Settings
    prompts: tuple[Prompt, ...]


class PreviewBackend(Protocol):
    """Answers prompts with a checkpoint.

    - one outcome for each prompt, in their order;
    - nothing is ever raised: whatever goes wrong is Unmeasured, with its cause;
    - an answer is what this checkpoint says to this text, whole, or marked as cut;
      greedy answers are the same from every backend.
    """

    name: str

    @abstractmethod
    def answer(self, request: PreviewRequest) -> Sequence[Answer | Unmeasured]:
        """Generate."""
