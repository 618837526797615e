"""A checkpoint speaks on this machine."""

from collections.abc import Sequence

from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.silence import silence
from adapters.huggingface.speaker import Speaker
from application.ports.model_loader import ModelLoader
from application.ports.preview_backend import PreviewBackend, PreviewRequest
from domain.errors import GuildError
from domain.preview import Answer, Unmeasured

_AT_ONCE = 16


class LocalPreviewBackend(PreviewBackend):
    """Loads the checkpoint as training does and answers several prompts at once."""

    name = "local"
    heeds_processors = True

    def __init__(self, loader: ModelLoader[LoadedModel]) -> None:
        self._loader = loader

    def answer(self, request: PreviewRequest) -> Sequence[Answer | Unmeasured]:
        """Generate; a fault in loading leaves all prompts unmeasured, a later one its batch."""
        outcomes: list[Answer | Unmeasured] = []
        try:
            loaded = self._loader.load(
                request.hero, request.location, request.settings, plain_chat=request.plain_chat
            )
            speaker = Speaker(loaded.model, request.settings, request.processors)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is an outcome here
            return [_unmeasured(error)] * len(request.prompts)
        for start in range(0, len(request.prompts), _AT_ONCE):
            texts = [prompt.text for prompt in request.prompts[start : start + _AT_ONCE]]
            outcomes += _spoken(speaker, texts)
        return outcomes


def _spoken(speaker: Speaker, texts: list[str]) -> Sequence[Answer | Unmeasured]:
    try:
        with silence():
            return speaker.answer(texts)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is an outcome here
        return [_unmeasured(error)] * len(texts)


def _unmeasured(error: Exception) -> Unmeasured:
    if isinstance(error, GuildError):
        return Unmeasured(f"{error}: {error.why}" if error.why else str(error))
    return Unmeasured(f"{type(error).__name__}: {error}")
