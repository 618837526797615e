from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.preview_backend import LocalPreviewBackend
from application.ports.preview_backend import PreviewRequest
from domain.preview import Answer, Unmeasured
from domain.profiles.processors import PostStop, StopMarks, ThinkMarks
from domain.settings.monitoring import Monitoring
from tests.contracts.preview_backend import ROOM, Ask, PreviewBackendContract
from tests.integration.huggingface.memorised import ANSWERS, a_request, memorise

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    return memorise(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def backend() -> LocalPreviewBackend:
    return LocalPreviewBackend(HuggingFaceModelLoader())


class TestLocalPreviewBackend(PreviewBackendContract):
    @pytest.fixture
    def backend(self, backend: LocalPreviewBackend) -> LocalPreviewBackend:
        return backend

    @pytest.fixture
    def ask(self, checkpoint: str) -> Ask:
        return lambda questions, room: a_request(
            checkpoint, questions, Monitoring(preview_max_tokens=room)
        )

    @pytest.fixture
    def answers(self) -> Mapping[str, str]:
        return ANSWERS

    @pytest.fixture
    def broken(
        self, backend: LocalPreviewBackend, tmp_path: Path
    ) -> tuple[LocalPreviewBackend, PreviewRequest]:
        return backend, a_request(str(tmp_path), ("Reverse OWL", "Double FOX"))


def test_a_batch_says_what_each_prompt_says_alone(
    backend: LocalPreviewBackend, checkpoint: str
) -> None:
    many = tuple(ANSWERS) * 6
    alone = {asked: backend.answer(a_request(checkpoint, (asked,)))[0] for asked in ANSWERS}
    together = backend.answer(a_request(checkpoint, many))
    assert [o.text for o in together if isinstance(o, Answer)] == [
        o.text for o in (alone[asked] for asked in many) if isinstance(o, Answer)
    ]


def test_sampling_is_the_same_again_and_draws_no_number_of_others(
    backend: LocalPreviewBackend, checkpoint: str
) -> None:
    hot = a_request(checkpoint, tuple(ANSWERS), Monitoring(preview_temperature=2.0))
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    first = [o.text for o in backend.answer(hot) if isinstance(o, Answer)]
    assert torch.rand(1) == wanted
    assert first == [o.text for o in backend.answer(hot) if isinstance(o, Answer)]
    assert first != list(ANSWERS.values())


def test_near_the_end_of_the_context_there_is_less_room(
    backend: LocalPreviewBackend, checkpoint: str
) -> None:
    request = a_request(checkpoint, ("Reverse OWL", "X" * 38, "X" * 60))
    usual, long, over = backend.answer(request)
    assert isinstance(usual, Answer)
    assert not usual.cut
    assert isinstance(long, Answer)
    assert long.tokens <= 48 - request.prompts[1].tokens
    assert isinstance(over, Unmeasured)
    assert "48" in over.cause


def test_a_prompt_that_breaks_does_not_take_other_batches_with_it(
    backend: LocalPreviewBackend, checkpoint: str
) -> None:
    request = a_request(checkpoint, ("Reverse OWL",) * 17)
    bad = replace(request.prompts[0], text="\ud800")
    outcomes = backend.answer(replace(request, prompts=(*request.prompts[:16], bad)))
    assert [type(outcome) for outcome in outcomes] == [Answer] * 16 + [Unmeasured]


def test_what_a_model_prefers_of_its_own_is_left_out(
    backend: LocalPreviewBackend, checkpoint: str
) -> None:
    path = Path(checkpoint) / "generation_config.json"
    before = path.read_text()
    path.write_text(before.replace("{", '{"repetition_penalty": 50.0, "max_length": 5,', 1))
    try:
        outcomes = backend.answer(
            a_request(checkpoint, tuple(ANSWERS), Monitoring(preview_max_tokens=ROOM))
        )
    finally:
        path.write_text(before)
    assert [o.text for o in outcomes if isinstance(o, Answer)] == list(ANSWERS.values())


def test_processors_look_at_answers_and_begin_anew_for_each_batch(
    backend: LocalPreviewBackend, checkpoint: str
) -> None:
    processors = (
        ThinkMarks(("🧠", "💡"), 2, 3, bonus=1e3),
        StopMarks(("🦄",), 2, 2, bonus=1e3),
        PostStop(("🦄",), 2, 2, penalty=1e3, rate=10, reward=0, ceiling=1e4),
    )
    asked = ("Say 🧠🧠🦄🦄", "Say hello to a patient scribe") * 9
    request = replace(a_request(checkpoint, asked), processors=processors)
    for outcome in backend.answer(request):
        assert isinstance(outcome, Answer)
        said = outcome.text
        assert said.startswith(("🧠🧠", "💡💡"))
        assert not said.startswith(("🧠🧠🧠🧠", "💡💡💡💡"))
        assert "🦄" not in said or (said.endswith("🦄🦄") and not outcome.cut)


def test_nothing_is_said_on_the_terminal(
    backend: LocalPreviewBackend, checkpoint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    backend.answer(a_request(checkpoint, tuple(ANSWERS)))
    assert capfd.readouterr() == ("", "")
