"""What may stand in a hero's file."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain import hero


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class ModelBlock(_Block):
    """The base model."""

    source: hero.Source = Field(strict=False)
    name: str = Field(min_length=1)
    family: str = Field(min_length=1)
    architecture: str = Field(min_length=1)
    vocab_size: int = Field(ge=1)
    context_length: int = Field(ge=1)
    parameters: int = Field(ge=1)
    seed: int = Field(default=0, ge=0)


class ChatBlock(_Block):
    """How a conversation becomes text."""

    template: hero.ChatTemplate = Field(default=hero.ChatTemplate.CHATML, strict=False)


class HeroFile(_Block):
    """The whole file; training_defaults is checked like every other layer of settings."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: str = Field(min_length=1)
    description: str
    model: ModelBlock
    chat: ChatBlock = ChatBlock()
    training_defaults: dict[str, Any] = Field(default_factory=dict)
    display: dict[str, str] = Field(default_factory=dict)
    notes: str = ""


BLOCKS: dict[tuple[str, ...], type[BaseModel]] = {
    (): HeroFile,
    ("model",): ModelBlock,
    ("chat",): ChatBlock,
}
