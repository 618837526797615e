"""What may stand in a hero's file."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
    file: str = ""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")

    @model_validator(mode="after")
    def _file_of_gguf(self) -> Self:
        pinned = bool(self.file and self.sha256)
        if self.source is hero.Source.GGUF and not pinned:
            raise ValueError("a model from a GGUF needs 'file' and 'sha256'")
        if self.source is not hero.Source.GGUF and (self.file or self.sha256):
            raise ValueError("'file' and 'sha256' are for a model from a GGUF")
        return self


class ChatBlock(_Block):
    """How a conversation becomes text."""

    template: hero.ChatTemplate = Field(default=hero.ChatTemplate.CHATML, strict=False)


class HeroFile(_Block):
    """The whole file; training_defaults is checked like every other layer of settings."""

    id: str = Field(pattern=hero.HERO_ID)
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
