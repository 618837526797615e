from collections.abc import Mapping

import pytest

from adapters.memory.preview_backend import MemoryPreviewBackend
from application.ports.preview_backend import PreviewRequest
from domain import conversation
from domain.preview import Answer, Prompt, Unmeasured
from domain.settings.monitoring import Monitoring
from domain.settings.settings import Settings
from tests.contracts.preview_backend import Ask, PreviewBackendContract
from tests.heroes import a_hero

ANSWERS = {"Reverse OWL": "LWO", "Double FOX": "FFOOXX"}


def a_request(questions: tuple[str, ...], room: int = 16) -> PreviewRequest:
    return PreviewRequest(
        hero=a_hero(),
        location="",
        address="baby-mage/first@0123456789ab",
        settings=Settings(monitoring=Monitoring(preview_max_tokens=room)),
        prompts=tuple(
            Prompt(conversation=conversation.ask(asked), golden=None, text=asked, tokens=3)
            for asked in questions
        ),
    )


class TestMemoryPreviewBackend(PreviewBackendContract):
    @pytest.fixture
    def backend(self) -> MemoryPreviewBackend:
        return MemoryPreviewBackend(ANSWERS)

    @pytest.fixture
    def ask(self) -> Ask:
        return a_request

    @pytest.fixture
    def answers(self) -> Mapping[str, str]:
        return ANSWERS

    @pytest.fixture
    def broken(self) -> tuple[MemoryPreviewBackend, PreviewRequest]:
        return MemoryPreviewBackend(ANSWERS, broken="the cable is cut"), a_request(tuple(ANSWERS))


def test_one_prompt_can_be_unmeasured_among_others() -> None:
    backend = MemoryPreviewBackend(ANSWERS, causes={"Reverse OWL": "lost on the way"})
    first, second, third = backend.answer(a_request((*ANSWERS, "Sort CAT")))
    assert first == Unmeasured("lost on the way")
    assert isinstance(second, Answer)
    assert isinstance(third, Unmeasured)
