"""Requests to the small servers of these tests."""

from adapters.remote_3090.preview_backend import Remote3090PreviewBackend
from application.ports.preview_backend import PreviewRequest
from domain.conversation import ask
from domain.preview import Answer, Prompt, Unmeasured
from domain.settings.monitoring import Monitoring
from domain.settings.settings import Settings
from tests.heroes import a_hero
from tests.integration.remote_3090.servers import React, Reply, serving

MODEL = "mage"
ADDRESS = "baby-mage/first@0123456789ab"


def a_request(port: int, prompts: int = 2, **wishes: object) -> PreviewRequest:
    values = {
        "remote_3090_host": "127.0.0.1",
        "remote_3090_port": port,
        "remote_3090_model_id": MODEL,
        "remote_3090_timeout": 5.0,
        **wishes,
    }
    prompt = Prompt(conversation=ask("Reverse OWL"), golden="LWO", text="Reverse OWL: ", tokens=7)
    return PreviewRequest(
        hero=a_hero(),
        location="/nowhere",
        address=ADDRESS,
        settings=Settings(monitoring=Monitoring(**values)),
        prompts=(prompt,) * prompts,
    )


def heard(react: React, **wishes: object) -> list[Answer | Unmeasured]:
    with serving(react) as (port, _):
        return list(Remote3090PreviewBackend().answer(a_request(port, **wishes)))


def says(reply: Reply) -> React:
    return lambda exchange: exchange.reply(reply)
