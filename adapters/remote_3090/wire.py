"""What an OpenAI-compatible server says, as far as guild reads it."""

from pydantic import BaseModel, ConfigDict, Field


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True)


class Usage(_Wire):
    """Token counts; some servers leave the prompt's out."""

    prompt_tokens: int | None = None
    completion_tokens: int


class Choice(_Wire):
    """One answer; finish_reason is 'stop' where the model ended by itself."""

    text: str
    finish_reason: str


class Completion(_Wire):
    """The reply to POST /v1/completions."""

    model: str
    choices: list[Choice] = Field(min_length=1, max_length=1)
    usage: Usage


class ServedModel(_Wire):
    """One model of a server."""

    id: str


class ServedModels(_Wire):
    """The reply to GET /v1/models."""

    data: list[ServedModel]
