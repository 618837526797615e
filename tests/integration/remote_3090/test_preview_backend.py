from adapters.remote_3090.preview_backend import Remote3090PreviewBackend
from domain.preview import Answer, Unmeasured
from tests.integration.remote_3090.asking import ADDRESS, MODEL, a_request, heard, says
from tests.integration.remote_3090.servers import Exchange, Reply, a_completion, serving


def sent(**wishes: object) -> list[Reply]:
    with serving(lambda e: e.reply(a_completion(e.wish()["model"]))) as (port, asked):
        Remote3090PreviewBackend().answer(a_request(port, prompts=1, **wishes))
    return asked


def test_a_reply_to_what_was_asked_is_an_answer() -> None:
    first, second = heard(says(a_completion(MODEL)))
    assert isinstance(first, Answer)
    assert (first.text, first.tokens, first.cut) == ("LWO", 4, False)
    assert first.seconds > 0
    assert isinstance(second, Answer)


def test_an_answer_at_its_longest_is_cut() -> None:
    (outcome, _) = heard(says(a_completion(MODEL, finish_reason="length")))
    assert isinstance(outcome, Answer)
    assert outcome.cut


def test_a_server_may_leave_out_the_tokens_of_the_prompt() -> None:
    (outcome, _) = heard(says(a_completion(MODEL, prompt_tokens=None)))
    assert isinstance(outcome, Answer)


def test_only_what_every_server_understands_is_sent() -> None:
    assert sent(preview_max_tokens=9) == [
        {"model": MODEL, "prompt": "Reverse OWL: ", "max_tokens": 9, "temperature": 0.0}
    ]


def test_sampling_sends_its_seed() -> None:
    (wish,) = sent(preview_temperature=0.5)
    assert (wish["temperature"], wish["seed"]) == (0.5, 42)


def test_without_a_name_the_checkpoint_itself_must_be_served() -> None:
    def react(exchange: Exchange) -> None:
        if exchange.path == "/v1/models":
            exchange.reply({"data": [{"id": "other"}, {"id": ADDRESS}]})
        else:
            exchange.reply(a_completion(exchange.wish()["model"]))

    assert all(isinstance(o, Answer) for o in heard(react, remote_3090_model_id=""))


def test_a_server_of_other_models_is_no_measure() -> None:
    outcomes = heard(says({"data": [{"id": "other"}]}), remote_3090_model_id="")
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert isinstance(outcome, Unmeasured)
        assert ADDRESS in outcome.cause
        assert "other" in outcome.cause
