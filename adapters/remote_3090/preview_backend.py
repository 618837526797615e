"""A checkpoint speaks on another machine, through any OpenAI-compatible server."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from adapters.remote_3090.server import Server, ServerError
from adapters.remote_3090.wire import Completion
from application.ports.preview_backend import PreviewBackend, PreviewRequest
from domain.preview import Answer, Prompt, Unmeasured
from domain.settings.settings import Settings

Outcome = Answer | Unmeasured


class Remote3090PreviewBackend(PreviewBackend):
    """Sends the rendered text, and believes a reply only if it is to exactly that."""

    name = "remote_3090"

    def answer(self, request: PreviewRequest) -> Sequence[Outcome]:
        """Ask for one prompt after another."""
        try:
            return asyncio.run(_answers(request))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is an outcome here
            return [_unmeasured(error)] * len(request.prompts)


async def _answers(request: PreviewRequest) -> list[Outcome]:
    monitoring, settings = request.settings.monitoring, request.settings
    async with Server(
        monitoring.remote_3090_host, monitoring.remote_3090_port, monitoring.remote_3090_timeout
    ) as server:
        model = monitoring.remote_3090_model_id or await _served(server, request.address)
        return [await _outcome(server, model, prompt, settings) for prompt in request.prompts]


async def _served(server: Server, address: str) -> str:
    """Require the checkpoint itself: another model's answers would say nothing about it."""
    served = await server.models()
    if address not in served:
        raise ServerError(
            f"the server does not serve {address} but {', '.join(served) or 'nothing'}; "
            "set monitoring.remote_3090_model_id where it has another name there"
        )
    return address


async def _outcome(server: Server, model: str, prompt: Prompt, settings: Settings) -> Outcome:
    began = time.perf_counter()
    try:
        reply = await server.complete(_wish(model, prompt, settings))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is an outcome here
        return _unmeasured(error)
    return _judged(reply, model, prompt, time.perf_counter() - began)


def _unmeasured(error: Exception) -> Unmeasured:
    kind = "" if isinstance(error, ServerError) else f"{type(error).__name__}: "
    return Unmeasured(f"{kind}{error}")


def _wish(model: str, prompt: Prompt, settings: Settings) -> dict[str, Any]:
    """Say only what every server understands."""
    temperature = settings.monitoring.preview_temperature
    wish = {
        "model": model,
        "prompt": prompt.text,
        "max_tokens": settings.monitoring.preview_max_tokens,
        "temperature": temperature,
    }
    return {**wish, "seed": settings.hyperparams.seed} if temperature else wish


def _judged(reply: Completion, model: str, prompt: Prompt, seconds: float) -> Outcome:
    if reply.model != model:
        return Unmeasured(f"'{model}' was asked, '{reply.model}' answered")
    read = reply.usage.prompt_tokens
    if read is not None and read != prompt.tokens:
        return Unmeasured(f"the prompt has {prompt.tokens} tokens, the server read {read}")
    choice = reply.choices[0]
    if choice.finish_reason not in ("stop", "length"):
        return Unmeasured(f"the server ended the answer for the reason '{choice.finish_reason}'")
    return Answer(
        text=choice.text,
        tokens=reply.usage.completion_tokens,
        seconds=seconds,
        cut=choice.finish_reason == "length",
    )
