"""Who lets a checkpoint speak."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from domain.hero import Hero
from domain.preview import Answer, Prompt, Unmeasured
from domain.profiles.processors import ProcessorSpec
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """Prompts for one checkpoint; address names it for other machines, location on this one.

    processors are what the profile wants of generation; plain_chat says that it brings a way to
    think of its own, as for ModelLoader.load.
    """

    hero: Hero
    location: str
    address: str
    settings: Settings
    prompts: tuple[Prompt, ...]
    processors: tuple[ProcessorSpec, ...] = ()
    plain_chat: bool = False


class PreviewBackend(Protocol):
    """Answers prompts with a checkpoint.

    - one outcome for each prompt, in their order;
    - nothing is ever raised: whatever goes wrong is Unmeasured, with its cause;
    - an answer is what this checkpoint says to this text, whole, or marked as cut;
      greedy answers are the same from every backend that heeds processors, and from all without;
    - heeds_processors says that the processors of a request act on each answer; where it is false
      they never do, and who records an answer says so.
    """

    name: str
    heeds_processors: ClassVar[bool] = False

    @abstractmethod
    def answer(self, request: PreviewRequest) -> Sequence[Answer | Unmeasured]:
        """Generate."""
