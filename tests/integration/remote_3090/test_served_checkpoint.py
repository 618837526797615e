"""The remote and the local backend hear the same from the same checkpoint."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.preview_backend import LocalPreviewBackend
from adapters.huggingface.silence import silence
from adapters.remote_3090.preview_backend import Remote3090PreviewBackend
from application.ports.preview_backend import PreviewRequest
from domain.preview import Answer
from domain.settings.monitoring import Monitoring
from tests.contracts.preview_backend import Ask, PreviewBackendContract
from tests.integration.huggingface.memorised import ADDRESS, ANSWERS, a_request, memorise
from tests.integration.remote_3090.servers import Exchange, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    return memorise(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="module")
def port(checkpoint: str) -> Iterator[int]:
    """Serve the checkpoint as a server of another make would: text in, greedy text out."""
    with silence():
        tokenizer = AutoTokenizer.from_pretrained(checkpoint)
        network = AutoModelForCausalLM.from_pretrained(checkpoint).eval()

    def react(exchange: Exchange) -> None:
        if exchange.path == "/v1/models":
            exchange.reply({"object": "list", "data": [{"id": ADDRESS, "object": "model"}]})
            return
        wish = exchange.wish()
        ids = tokenizer(wish["prompt"], add_special_tokens=False, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            said = network.generate(ids, max_new_tokens=wish["max_tokens"], do_sample=False)
        new = said[0, ids.shape[1] :].tolist()
        ended = new[-1] == tokenizer.eos_token_id
        choice = {
            "text": tokenizer.decode(new, skip_special_tokens=True),
            "finish_reason": "stop" if ended else "length",
        }
        usage = {"prompt_tokens": ids.shape[1], "completion_tokens": len(new)}
        exchange.reply({"model": wish["model"], "choices": [choice], "usage": usage})

    with serving(react) as (found, _):
        yield found


def wishes(port: int, room: int = 16) -> Monitoring:
    return Monitoring(remote_3090_host="127.0.0.1", remote_3090_port=port, preview_max_tokens=room)


class TestRemote3090PreviewBackend(PreviewBackendContract):
    @pytest.fixture
    def backend(self) -> Remote3090PreviewBackend:
        return Remote3090PreviewBackend()

    @pytest.fixture
    def ask(self, port: int) -> Ask:
        return lambda questions, room: a_request("", questions, wishes(port, room))

    @pytest.fixture
    def answers(self) -> Mapping[str, str]:
        return ANSWERS

    @pytest.fixture
    def broken(
        self, backend: Remote3090PreviewBackend, port: int
    ) -> tuple[Remote3090PreviewBackend, PreviewRequest]:
        request = a_request("", ("Reverse OWL", "Double FOX"), wishes(port))
        return backend, replace(request, address="somebody/else@000000000000")


def test_greedy_answers_are_the_same_here_and_there(port: int, checkpoint: str) -> None:
    questions = (*ANSWERS, "Sort CAT", "Who are you?")
    request = a_request(checkpoint, questions, wishes(port))
    local = LocalPreviewBackend(HuggingFaceModelLoader()).answer(request)
    remote = Remote3090PreviewBackend().answer(request)
    assert [(o.text, o.tokens, o.cut) for o in local if isinstance(o, Answer)] == [
        (o.text, o.tokens, o.cut) for o in remote if isinstance(o, Answer)
    ]
    assert len(remote) == len(questions)
