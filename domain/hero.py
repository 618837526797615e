"""Who is trained, and from what to start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.architecture import LockedArchitecture
from domain.settings.layers import Value


class Source(StrEnum):
    """Where the weights of a base model come from."""

    BUILT = "built"
    HUB = "hub"
    FOLDER = "folder"


class ChatTemplate(StrEnum):
    """How a conversation becomes text: guild's plain ChatML, or what the model brings."""

    CHATML = "chatml"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """A model before any campaign; parameters counts weights, tied ones once."""

    source: Source
    name: str
    family: str
    architecture: str
    vocab_size: int
    context_length: int
    parameters: int
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """A base model with its locked architecture, defaults and chat format."""

    id: str
    name: str
    description: str
    model: BaseModel
    chat_template: ChatTemplate = ChatTemplate.CHATML
    training_defaults: Mapping[str, Value] = field(default_factory=dict)
    display: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""
    origin: str = ""

    @property
    def locked_architecture(self) -> LockedArchitecture:
        """Give what a campaign of this hero is locked to; this is the only place that says it."""
        return LockedArchitecture(
            base_model=self.model.name,
            architecture=self.model.architecture,
            vocab_size=self.model.vocab_size,
            max_context=self.model.context_length,
        )
