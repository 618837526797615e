"""After which jobs a process takes the next one."""

from datetime import timedelta

import pytest

from application.going_on import reason_to_stop
from domain.job import Job
from domain.job_decisions import complete, give_up
from domain.job_evolution import evolve, queued
from domain.result import Cause
from tests.builders import NOON, a_job_queued, a_job_started, a_result


def a_running_job() -> Job:
    begun = queued(a_job_queued())
    return evolve(begun, a_job_started(begun.id))


def given_up(cause: Cause, times: int = 1) -> Job:
    job = a_running_job()
    for attempt in range(1, times + 1):
        job = evolve(job, give_up(job, attempt, cause, "oops", NOON))
        if attempt < times:
            started = a_job_started(job.id, fence=attempt + 1, attempt=attempt + 1)
            job = evolve(job, started)
    return job


def test_a_completed_job_is_followed_by_the_next() -> None:
    job = a_running_job()
    assert reason_to_stop(evolve(job, complete(job, 1, a_result(), NOON))) == ""


@pytest.mark.parametrize("cause", [Cause.DATA_ERROR, Cause.DIVERGED])
def test_a_job_that_failed_for_itself_is_followed_by_the_next(cause: Cause) -> None:
    assert reason_to_stop(given_up(cause)) == ""


@pytest.mark.parametrize(
    ("cause", "shared"),
    [
        (Cause.UNTRUSTED_CHECKPOINT, "head"),
        (Cause.CONFIG_ERROR, "settings"),
        (Cause.ARCHITECTURE_MISMATCH, "architecture"),
    ],
)
def test_a_job_that_failed_for_what_all_share_is_the_last(cause: Cause, shared: str) -> None:
    assert shared in reason_to_stop(given_up(cause))


@pytest.mark.parametrize("cause", [Cause.STOPPED_BY_USER, Cause.PAUSED, Cause.DISK_FULL])
def test_a_job_that_went_back_is_not_begun_again_at_once(cause: Cause) -> None:
    assert "went back" in reason_to_stop(given_up(cause))


def test_a_job_that_waits_for_a_time_is_passed_over() -> None:
    job = given_up(Cause.INTERNAL_ERROR)
    assert job.state.not_before > NOON + timedelta(seconds=1)
    assert reason_to_stop(job) == ""


def test_a_job_that_lost_its_worker_too_often_is_followed_by_the_next() -> None:
    assert reason_to_stop(given_up(Cause.LOST_WORKER, times=3)) == ""
