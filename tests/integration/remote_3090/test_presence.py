"""Whether the preview server is there: asked once, for a short while."""

import time

import pytest

from adapters.remote_3090.presence import server_problem
from domain.settings.monitoring import Monitoring
from tests.integration.remote_3090.servers import Exchange, serving


def served(exchange: Exchange) -> None:
    exchange.reply({"data": [{"id": "hero"}]})


def watch(port: int, **facts: str | float) -> Monitoring:
    return Monitoring(remote_3090_host="127.0.0.1", remote_3090_port=port, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["", "hero"])
def test_a_server_that_answers_is_no_problem(model: str) -> None:
    with serving(served) as (port, _):
        assert server_problem(watch(port, remote_3090_model_id=model)) == ""


def test_a_server_without_the_model_that_was_named_is_one() -> None:
    with serving(served) as (port, _):
        problem = server_problem(watch(port, remote_3090_model_id="villain"))
    assert problem == "the server does not serve 'villain' but hero"


def test_nobody_there_is_one() -> None:
    assert "no server answers at 127.0.0.1:9" in server_problem(watch(9))


def test_a_refusal_is_one() -> None:
    with serving(lambda exchange: exchange.reply({"error": "who?"}, status=401)) as (port, _):
        assert "401" in server_problem(watch(port))


def test_a_name_that_is_no_host_is_one() -> None:
    assert server_problem(Monitoring(remote_3090_host="no host")) != ""


def test_a_server_that_never_ends_is_not_waited_for() -> None:
    began = time.monotonic()
    with serving(lambda _: time.sleep(1.0)) as (port, _):
        assert "0.2 s" in server_problem(watch(port, remote_3090_timeout=0.2))
        assert time.monotonic() - began < 1
