"""A job as other programs read it, and back."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.job import Job
from domain.job_events import JobCompleted, JobFailed, JobReceiptRecorded, JobSkipped
from domain.job_evolution import evolve, queued
from domain.job_record import from_dict, to_dict
from domain.result import Cause
from tests.builders import NOON, a_job_queued, a_job_started, a_receipt, a_result
from tests.strategies import Walk, after, texts, walks

OF_THE_PREDECESSOR = {
    "id", "dataset_path", "hero_id", "campaign_id", "priority", "status", "attempts", "created_at",
    "started_at", "finished_at", "start_step", "final_step", "final_loss", "final_val_loss",
    "last_error", "num_examples", "estimated_tokens", "config_hash", "git_commit", "metadata",
}  # fmt: skip
QUEUED = queued(a_job_queued())
HELD = evolve(QUEUED, a_job_started(QUEUED.id, fence=7))
COMPLETED = after(
    HELD,
    JobReceiptRecorded(job_id=QUEUED.id, at=NOON, receipt=a_receipt()),
    JobCompleted(job_id=QUEUED.id, at=NOON, result=a_result(start_step=3, final_loss=1.25)),
)
FAILED = evolve(
    HELD, JobFailed(job_id=QUEUED.id, at=NOON, cause=Cause.DIVERGED, message="loss is nan")
)
SKIPPED = evolve(QUEUED, JobSkipped(job_id=QUEUED.id, at=NOON, reason="not wanted"))


def through_json(record: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(record, allow_nan=False))


@given(walks())
def test_a_job_comes_back_from_json_as_it_was(walk: Walk) -> None:
    for job in walk.jobs:
        assert from_dict(through_json(to_dict(job))) == job


def test_a_record_of_a_time_that_knew_no_equipment_can_be_read() -> None:
    record = through_json(to_dict(COMPLETED))
    del record["metadata"]["equipment"], record["metadata"]["rung"]
    assert from_dict(record) == COMPLETED


def test_reading_leaves_the_record_as_it_is() -> None:
    record = through_json(to_dict(COMPLETED))
    before = deepcopy(record)
    assert from_dict(record) == COMPLETED
    assert record == before


def test_the_record_shares_nothing_with_the_job() -> None:
    record = to_dict(COMPLETED)
    before = deepcopy(record)
    record["metadata"]["settings"]["novel"] = 1
    record["dataset"]["name"] += "!"
    record["metadata"]["checkpoints"].append({})
    assert to_dict(COMPLETED) == before


@given(walks(), st.dictionaries(texts, st.integers(), max_size=3))
def test_unknown_keys_are_passed_over(walk: Walk, extra: Mapping[str, int]) -> None:
    record = to_dict(walk.job)
    assert from_dict({**extra, **record}) == walk.job
    assert from_dict({**record, "metadata": {**extra, **record["metadata"]}}) == walk.job
    assert from_dict({**record, "dataset": {**extra, **record["dataset"]}}) == walk.job


@pytest.mark.parametrize(
    "job", [QUEUED, HELD, COMPLETED, FAILED, SKIPPED], ids=lambda job: job.status
)
def test_every_record_has_the_keys_of_the_predecessor_and_its_words(job: Job) -> None:
    record = to_dict(job)
    assert set(record) >= OF_THE_PREDECESSOR
    assert record["status"] in {"queued", "processing", "completed", "failed", "skipped"}
    assert record["status"] == job.status


@pytest.mark.parametrize(
    "job", [QUEUED, HELD, COMPLETED, FAILED, SKIPPED], ids=lambda job: job.status
)
def test_times_say_that_they_are_utc(job: Job) -> None:
    record = to_dict(job)
    times = [record[name] for name in ("created_at", "started_at", "finished_at")]
    assert all(time.endswith("+00:00") for time in times if time is not None)


def test_a_completed_job_shows_its_numbers() -> None:
    record = to_dict(COMPLETED)
    shown = {
        "dataset_path": "lessons.jsonl",
        "status": "completed",
        "attempts": 1,
        "start_step": 3,
        "final_step": 10,
        "final_loss": 1.25,
        "final_val_loss": None,
        "last_error": None,
        "num_examples": 12,
        "estimated_tokens": 240,
        "git_commit": "0.1.0",
        "started_at": "2026-11-22T12:00:00+00:00",
    }
    assert {key: record[key] for key in shown} == shown


def test_what_is_not_known_yet_is_null_and_not_zero() -> None:
    record = to_dict(QUEUED)
    unknown = ("started_at", "finished_at", "start_step", "final_step", "final_loss",
               "final_val_loss", "last_error", "estimated_tokens", "duration_hours")  # fmt: skip
    assert {record[key] for key in unknown} == {None}


def test_a_status_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="paused"):
        from_dict({**to_dict(QUEUED), "status": "paused"})


def test_a_running_job_keeps_its_lease() -> None:
    assert from_dict(through_json(to_dict(HELD))).state == HELD.state


def test_why_a_job_ended_badly_stands_in_its_record() -> None:
    assert to_dict(FAILED)["last_error"] == "loss is nan"
    assert to_dict(FAILED)["ending"]["cause"] == "diverged"
    assert to_dict(SKIPPED)["last_error"] == "not wanted"
