"""Where an answer ends."""

from dataclasses import replace

import pytest

from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.speaker import Speaker
from domain.preview import Answer
from domain.settings.monitoring import Monitoring
from domain.settings.settings import Settings
from tests.heroes import a_hero

pytestmark = pytest.mark.slow

NEVER = 10**6


def answer(model: LoadedModel) -> Answer:
    settings = Settings(monitoring=Monitoring(preview_max_tokens=12))
    (said,) = Speaker(model, settings).answer(["Reverse OWL"])
    assert isinstance(said, Answer)
    return said


@pytest.mark.parametrize("turned", [False, True], ids=["end of turn", "end of text"])
def test_an_answer_ends_at_whichever_end_comes_first(*, turned: bool) -> None:
    model = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model
    endless = answer(replace(model, stops=(NEVER,)))
    assert (endless.cut, endless.tokens) == (True, 12)
    heard = model.tokenizer.encode(endless.text, add_special_tokens=False)
    stops = (heard[-1], NEVER) if turned else (NEVER, heard[-1])
    ended = answer(replace(model, stops=stops))
    assert not ended.cut
    assert ended.tokens == heard.index(heard[-1]) + 1
    assert ended.text == model.tokenizer.decode(heard[: ended.tokens - 1])
