"""Answers that were prepared, for tests and dry runs."""

from collections.abc import Mapping, Sequence

from application.ports.preview_backend import PreviewBackend, PreviewRequest
from domain.preview import Answer, Prompt, Unmeasured


class MemoryPreviewBackend(PreviewBackend):
    """Looks answers up by what was said last; one token for each character.

    causes says why a prompt is unmeasured, broken why all of them are.
    """

    name = "memory"

    def __init__(
        self,
        answers: Mapping[str, str] | None = None,
        *,
        causes: Mapping[str, str] | None = None,
        broken: str = "",
    ) -> None:
        self._answers, self._causes, self._broken = answers or {}, causes or {}, broken
        self.requests: list[PreviewRequest] = []

    def answer(self, request: PreviewRequest) -> Sequence[Answer | Unmeasured]:
        """Keep the request and look each prompt up."""
        self.requests.append(request)
        longest = request.settings.monitoring.preview_max_tokens
        return [self._outcome(prompt, longest) for prompt in request.prompts]

    def _outcome(self, prompt: Prompt, longest: int) -> Answer | Unmeasured:
        asked = prompt.conversation.messages[-1].content
        if cause := self._broken or self._causes.get(asked):
            return Unmeasured(cause)
        if asked not in self._answers:
            return Unmeasured(f"no answer to '{asked}' was prepared")
        said = self._answers[asked]
        cut = len(said) >= longest
        return Answer(text=said[:longest], tokens=min(len(said) + 1, longest), seconds=0.0, cut=cut)
