"""Who is trained, and from what to start."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from domain.architecture import LockedArchitecture
from domain.settings.layers import Value

HERO_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_SAME = ("family", "architecture", "vocab_size", "parameters")


class Source(StrEnum):
    """Where the weights of a base model come from."""

    BUILT = "built"
    HUB = "hub"
    FOLDER = "folder"
    GGUF = "gguf"


class ChatTemplate(StrEnum):
    """How a conversation becomes text: guild's plain ChatML, or what the model brings."""

    CHATML = "chatml"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A fact about a model, as a hero states it and as the model's own files do."""

    key: str
    written: str | int
    found: str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """A model before any campaign; parameters counts weights, tied ones once.

    file and sha256 say which file of the package or folder `name` holds a GGUF model.
    """

    source: Source
    name: str
    family: str
    architecture: str
    vocab_size: int
    context_length: int
    parameters: int
    seed: int = 0
    file: str = ""
    sha256: str = ""

    def differences(self, found: Self) -> tuple[Difference, ...]:
        """List where the model itself says otherwise; a hero may use less of its context."""
        larger = self.context_length > found.context_length
        keys = (*_SAME, "context_length") if larger else _SAME
        pairs = [(key, getattr(self, key), getattr(found, key)) for key in keys]
        return tuple(
            Difference(key=key, written=mine, found=theirs)
            for key, mine, theirs in pairs
            if mine != theirs
        )

    def corrected(self, found: Self) -> Self:
        """Give this model with what the model itself says where the two differ."""
        differences = self.differences(found)
        return replace(self, **{each.key: each.found for each in differences})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """A base model with its locked architecture, defaults and chat format.

    origin is where it is written down; own says that it is the hall's, not one that guild ships.
    """

    id: str
    name: str
    description: str
    model: BaseModel
    chat_template: ChatTemplate = ChatTemplate.CHATML
    training_defaults: Mapping[str, Value] = field(default_factory=dict)
    display: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""
    origin: str = ""
    own: bool = False

    @property
    def locked_architecture(self) -> LockedArchitecture:
        """Give what a campaign of this hero is locked to; this is the only place that says it."""
        return LockedArchitecture(
            base_model=self.model.name,
            architecture=self.model.architecture,
            vocab_size=self.model.vocab_size,
            max_context=self.model.context_length,
        )
