"""What a checkpoint says to fixed prompts, beside what it should say."""

from dataclasses import replace

import pytest

from domain.conversation import Conversation, Message, Role, ask
from domain.preview import (
    Answer,
    PreviewFailed,
    PreviewTaken,
    Prompt,
    Unmeasured,
    Verdict,
    observe,
    verdict,
)
from tests.builders import CAMPAIGN, NOON, a_checkpoint

PROMPT = Prompt(conversation=ask("Reverse OWL"), golden="LWO", text="user: Reverse OWL", tokens=7)
ANSWER = Answer(text="LWO", tokens=3, seconds=0.5, cut=False)
HEAD = a_checkpoint(step=40)


def heard(outcome: Answer | Unmeasured, golden: str | None = "LWO") -> PreviewTaken | PreviewFailed:
    return observe(
        campaign_id=CAMPAIGN,
        checkpoint=HEAD,
        backend="local",
        prompt=replace(PROMPT, golden=golden),
        outcome=outcome,
        at=NOON,
    )


@pytest.mark.parametrize(
    ("said", "golden", "expected"),
    [
        ("LWO", "LWO", Verdict.MATCH),
        (" LWO\n", "LWO", Verdict.MATCH),
        ("LWO", "LWO \n", Verdict.MATCH),
        ("lwo", "LWO", Verdict.DIFFERS),
        ("LWO!", "LWO", Verdict.DIFFERS),
        ("L WO", "LWO", Verdict.DIFFERS),
        ("", "LWO", Verdict.DIFFERS),
        ("", "", Verdict.MATCH),
        ("LWO", None, Verdict.NO_GOLDEN),
    ],
)
def test_the_whole_answer_is_compared_white_space_at_its_ends_aside(
    said: str, golden: str | None, expected: Verdict
) -> None:
    assert verdict(heard(replace(ANSWER, text=said), golden)) is expected


@pytest.mark.parametrize("said", ["LWO", "", "why? "])
def test_an_answer_that_was_cut_never_matches(said: str) -> None:
    assert verdict(heard(replace(ANSWER, text=said, cut=True), said)) is Verdict.DIFFERS


@pytest.mark.parametrize("golden", [None, "", "LWO", "no connection"])
def test_what_could_not_be_measured_is_not_a_difference(golden: str | None) -> None:
    assert verdict(heard(Unmeasured("no connection"), golden)) is Verdict.UNMEASURED


def test_what_was_heard_says_who_said_it_to_what() -> None:
    assert heard(ANSWER) == PreviewTaken(
        campaign_id=CAMPAIGN,
        at=NOON,
        checkpoint=HEAD.digest,
        step=40,
        backend="local",
        prompt="Reverse OWL",
        golden="LWO",
        answer="LWO",
        tokens=3,
        seconds=0.5,
        cut=False,
    )


def test_what_was_not_heard_says_why() -> None:
    event = heard(Unmeasured("no connection"))
    assert isinstance(event, PreviewFailed)
    assert (event.cause, event.golden, event.checkpoint) == ("no connection", "LWO", HEAD.digest)


@pytest.mark.parametrize("outcome", [ANSWER, Unmeasured("no connection")])
def test_the_base_model_has_no_digest_and_no_steps(outcome: Answer | Unmeasured) -> None:
    event = observe(
        campaign_id=CAMPAIGN,
        checkpoint=None,
        backend="local",
        prompt=PROMPT,
        outcome=outcome,
        at=NOON,
    )
    assert (event.checkpoint, event.step) == ("", 0)


def test_of_several_turns_the_last_question_is_shown() -> None:
    talk = Conversation((Message(Role.SYSTEM, "be kind"), *ask("why?").messages))
    event = observe(
        campaign_id=CAMPAIGN,
        checkpoint=HEAD,
        backend="local",
        prompt=replace(PROMPT, conversation=talk),
        outcome=ANSWER,
        at=NOON,
    )
    assert event.prompt == "why?"
