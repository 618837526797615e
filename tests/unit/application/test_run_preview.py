"""Hearing what the head of a campaign says."""

from pathlib import Path

import pytest

from adapters.memory.preview_backend import MemoryPreviewBackend
from adapters.memory.settings_source import MemorySettingsSource
from application.ports.model_loader import ModelUnavailableError
from application.use_cases.run_preview import NothingToAskError, PreviewOrder
from domain.preview import PreviewFailed, PreviewTaken, Verdict, verdict
from domain.profiles.emoji_think import EmojiThink
from domain.rows import BadRowsError
from tests.memory_hall import MemoryHall, rows

ANSWERS = {f"what is {number}?": f"number {number}" for number in range(40)}


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path)
    hall.previews = MemoryPreviewBackend(ANSWERS)
    hall.enlist()
    return hall


def test_the_base_model_answers_a_prompt_without_a_golden_answer(hall: MemoryHall) -> None:
    (event,) = hall.run_preview().execute(PreviewOrder(texts=("what is 1?",)))

    assert isinstance(event, PreviewTaken)
    assert (event.answer, event.golden, event.checkpoint) == ("number 1", None, "")
    assert verdict(event) is Verdict.NO_GOLDEN


def test_without_prompts_held_out_rows_of_the_last_job_are_asked(hall: MemoryHall) -> None:
    job = hall.add(content=rows(40))
    hall.train()

    events = hall.run_preview().execute(PreviewOrder(most=3))
    receipt = hall.jobs.get(job.id).receipts[0]
    assert len(events) == 3
    assert receipt.rows < 40
    assert {verdict(event) for event in events} == {Verdict.MATCH}
    assert not any(event.prompt in sample for event in events for sample in receipt.samples)


def test_the_request_names_the_head_for_other_machines(hall: MemoryHall) -> None:
    hall.add()
    hall.train()
    head = hall.campaigns.active().head
    assert head is not None

    hall.run_preview().execute(PreviewOrder(texts=("what is 1?",)))
    request = hall.previews.requests[-1]
    assert request.address == f"apprentice/first@{head.digest[:12]}"
    assert request.location == hall.checkpoints.locate(head)


def test_rows_of_a_file_without_turns_are_passed_over(hall: MemoryHall) -> None:
    hall.enlist("texts", "data.format=text")
    hall.shelf["texts.jsonl"] = b'{"text": "once upon a time"}\n'

    assert hall.run_preview().execute(PreviewOrder(file="texts.jsonl")) == []


def test_a_file_with_rows_that_cannot_be_used_is_refused(hall: MemoryHall) -> None:
    hall.shelf["prompts.jsonl"] = rows(3) + b'{"question": "why?"}\n'

    with pytest.raises(BadRowsError, match="1 of 4 rows cannot be used, the first is line 4"):
        hall.run_preview().execute(PreviewOrder(file="prompts.jsonl"))


def test_rows_of_a_file_are_asked_in_their_order(hall: MemoryHall) -> None:
    hall.shelf["prompts.jsonl"] = rows(3)

    events = hall.run_preview().execute(PreviewOrder(file="prompts.jsonl"))
    assert [event.prompt for event in events] == [f"what is {number}?" for number in range(3)]


def test_what_cannot_be_measured_is_recorded_as_that(hall: MemoryHall) -> None:
    hall.previews = MemoryPreviewBackend(ANSWERS, causes={"what is 1?": "the server is asleep"})
    order = PreviewOrder(texts=("what is 0?", "what is 1?"))

    events = hall.run_preview().execute(order)
    recorded = [record.event for record in hall.log.read_stream("preview/apprentice/first")]
    assert recorded == events
    assert isinstance(events[1], PreviewFailed)
    assert events[1].cause == "the server is asleep"


def test_previews_do_not_disturb_the_campaigns_history(hall: MemoryHall) -> None:
    before = hall.campaigns.active().version

    hall.run_preview().execute(PreviewOrder(texts=("what is 1?",)))
    assert hall.campaigns.active().version == before


def test_a_system_prompt_of_the_profile_is_seen_by_the_model(hall: MemoryHall) -> None:
    settings = ["profile.system_prompt=Be short."]
    hall.enlist("short", *settings)

    hall.run_preview().execute(PreviewOrder(texts=("what is 1?",)))
    assert hall.previews.requests[-1].prompts[0].text.startswith("<system>Be short.<end>")


def test_what_the_profile_wants_of_generation_is_asked_for(hall: MemoryHall) -> None:
    hall.enlist("marked", "profile.name=emoji_think")

    hall.run_preview().execute(PreviewOrder(texts=("what is 1?",)))
    assert hall.previews.requests[-1].processors == EmojiThink().processors()


def test_processors_can_be_left_out(hall: MemoryHall) -> None:
    hall.enlist("marked", "profile.name=emoji_think")
    hall.settings = MemorySettingsSource({"monitoring.preview_processors": False})

    (event,) = hall.run_preview().execute(PreviewOrder(texts=("what is 1?",)))
    assert hall.previews.requests[-1].processors == ()
    assert event.backend == "memory"


def test_a_backend_that_heeds_no_processors_is_named_so(hall: MemoryHall) -> None:
    hall.enlist("marked", "profile.name=emoji_think")

    (event,) = hall.run_preview().execute(PreviewOrder(texts=("what is 1?",)))
    assert event.backend == "memory (no processors)"


def test_without_held_out_rows_a_prompt_must_be_named(hall: MemoryHall) -> None:
    with pytest.raises(NothingToAskError):
        hall.run_preview().execute(PreviewOrder())


def test_a_hero_without_weights_here_is_refused(hall: MemoryHall) -> None:
    hall.enlist("far", hero="faraway")

    with pytest.raises(ModelUnavailableError):
        hall.run_preview().execute(PreviewOrder(texts=("hello",)))
