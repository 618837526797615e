import socket
import time

import pytest

from adapters.remote_3090.preview_backend import Remote3090PreviewBackend
from domain.preview import Answer, Unmeasured
from tests.integration.remote_3090.asking import MODEL, a_request, heard, says
from tests.integration.remote_3090.servers import Exchange, React, Reply, a_completion


def redirect(exchange: Exchange) -> None:
    exchange.send_response(307)
    exchange.send_header("Location", "/v1/completions/elsewhere")
    exchange.send_header("Content-Length", "0")
    exchange.end_headers()


def endless(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.end_headers()
    while True:
        exchange.wfile.write(b" " * 65536)


def hang_up(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_RDWR)


def promise_more(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Content-Length", "1000")
    exchange.end_headers()
    exchange.wfile.write(b"{")


def squeezed(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Content-Encoding", "gzip")
    exchange.send_header("Content-Length", "4")
    exchange.end_headers()
    exchange.wfile.write(b"\x1f\x8b\x08\x00")


def without(reply: Reply, *keys: str) -> Reply:
    return {key: value for key, value in reply.items() if key not in keys}


GOOD = a_completion(MODEL)


@pytest.mark.parametrize(
    ("react", "cause"),
    [
        (lambda e: e.reply({"error": "no such thing"}, status=500), "500"),
        (lambda e: e.reply(b"<h1>Welcome</h1>", kind="text/html"), "text/html"),
        (lambda e: e.reply(b"{"), "shape"),
        (lambda e: e.reply(b""), "shape"),
        (says([GOOD]), "shape"),  # type: ignore[arg-type]
        (says(without(GOOD, "choices")), "choices"),
        (says({**GOOD, "choices": []}), "choices"),
        (says(without(GOOD, "usage")), "usage"),
        (says({**GOOD, "usage": {"prompt_tokens": "7", "completion_tokens": 4}}), "prompt_tokens"),
        (says(a_completion("another")), "another"),
        (says(a_completion(MODEL, prompt_tokens=5)), "the server read 5"),
        (says(a_completion(MODEL, finish_reason="content_filter")), "content_filter"),
        (says(a_completion(MODEL, text=None)), "text"),
        (redirect, "307"),
        (endless, "longer"),
        (hang_up, "connection"),
        (promise_more, "connection"),
        (squeezed, "shape"),
    ],
)
def test_a_server_that_misbehaves_leaves_prompts_unmeasured(react: React, cause: str) -> None:
    outcomes = heard(react)
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert isinstance(outcome, Unmeasured)
        assert cause in outcome.cause


def drip(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.end_headers()
    while True:
        exchange.wfile.write(b" ")
        exchange.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("react", [lambda _: time.sleep(1), drip], ids=["silent", "dripping"])
def test_a_slow_server_is_waited_for_no_longer_than_was_said(react: React) -> None:
    began = time.monotonic()
    (outcome,) = heard(react, prompts=1, remote_3090_timeout=0.2)
    assert isinstance(outcome, Unmeasured)
    assert "0.2 s" in outcome.cause
    assert time.monotonic() - began < 3


def test_one_bad_reply_leaves_the_other_prompts_their_answers() -> None:
    replies = iter([{}, GOOD, GOOD])
    outcomes = heard(lambda e: e.reply(next(replies)), prompts=3)
    assert [type(outcome) for outcome in outcomes] == [Unmeasured, Answer, Answer]


def test_where_nobody_listens_all_prompts_share_the_cause_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    began = time.monotonic()
    outcomes = Remote3090PreviewBackend().answer(a_request(port, prompts=50))
    assert time.monotonic() - began < 3
    assert len(outcomes) == 50
    assert len(set(outcomes)) == 1
    assert isinstance(outcomes[0], Unmeasured)
    assert f"127.0.0.1:{port}" in outcomes[0].cause


@pytest.mark.parametrize("host", ["", "no such host", "http://x", "::::", "a" * 300])
def test_a_host_that_is_none_is_an_outcome_too(host: str) -> None:
    outcomes = Remote3090PreviewBackend().answer(a_request(1, remote_3090_host=host))
    assert [type(outcome) for outcome in outcomes] == [Unmeasured, Unmeasured]
