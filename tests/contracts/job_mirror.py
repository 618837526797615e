"""What every mirror of jobs owes."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from application.ports.job_mirror import JobMirror
from domain.dataset import Priority
from domain.ids import JobId
from domain.job import Job, JobStatus
from domain.job_events import JobCompleted, JobFailed, JobReleased, JobRequeued, JobSkipped
from domain.job_evolution import queued
from domain.result import Cause
from tests.builders import NOON, a_job_queued, a_job_started, a_result
from tests.strategies import after

Shown = Callable[[], Mapping[JobId, list[Job]]]


def a_job(number: int = 1, *, priority: Priority = Priority.NORMAL) -> Job:
    return queued(a_job_queued(number, priority=priority))


def lives() -> dict[str, Job]:
    waiting = a_job()
    running = after(waiting, a_job_started(waiting.id))
    done = JobCompleted(job_id=waiting.id, at=NOON, result=a_result())
    broken = JobFailed(job_id=waiting.id, at=NOON, cause=Cause.DIVERGED, message="loss is \udcff")
    unwanted = JobSkipped(job_id=waiting.id, at=NOON, reason="no")
    released = JobReleased(job_id=waiting.id, at=NOON, cause=Cause.PAUSED)
    again = JobRequeued(job_id=waiting.id, at=NOON + timedelta(hours=1))
    return {
        "waiting": waiting,
        "running": running,
        "completed": after(running, done),
        "failed": after(running, broken),
        "skipped": after(waiting, unwanted),
        "released": after(running, released),
        "requeued": after(running, broken, again),
    }


class JobMirrorContract:
    """Subclasses give a mirror that shows nothing yet, and how to look into it.

    shown gives, for each job, every place in which it is to be seen.
    """

    @pytest.fixture
    def mirror(self) -> JobMirror:
        raise NotImplementedError

    @pytest.fixture
    def shown(self, mirror: JobMirror) -> Shown:
        raise NotImplementedError

    @pytest.mark.parametrize("name", lives())
    def test_a_job_is_shown_once_as_it_is(self, mirror: JobMirror, shown: Shown, name: str) -> None:
        job = lives()[name]
        mirror.show([job])
        assert shown() == {job.id: [job]}

    @pytest.mark.parametrize("later", lives())
    @pytest.mark.parametrize("earlier", lives())
    def test_a_job_is_shown_where_it_stands_now_and_nowhere_else(
        self, mirror: JobMirror, shown: Shown, earlier: str, later: str
    ) -> None:
        mirror.show([lives()[earlier]])
        mirror.show([lives()[later]])
        job = lives()[later]
        assert shown() == {job.id: [job]}

    @pytest.mark.parametrize("priority", Priority)
    def test_every_priority_is_shown(
        self, mirror: JobMirror, shown: Shown, priority: Priority
    ) -> None:
        job = a_job(priority=priority)
        mirror.show([job])
        assert shown() == {job.id: [job]}

    def test_showing_again_changes_nothing(self, mirror: JobMirror, shown: Shown) -> None:
        jobs = [a_job(number) for number in range(3)]
        mirror.show(jobs)
        before = shown()
        mirror.show(jobs)
        assert shown() == before == {job.id: [job] for job in jobs}

    def test_jobs_that_are_not_named_stay_as_they_are_shown(
        self, mirror: JobMirror, shown: Shown
    ) -> None:
        one, other = a_job(1), a_job(2)
        mirror.show([one, other])
        running = after(one, a_job_started(one.id))
        mirror.show([running])
        assert shown() == {one.id: [running], other.id: [other]}
        assert running.status is JobStatus.PROCESSING

    def test_jobs_of_one_dataset_are_told_apart(self, mirror: JobMirror, shown: Shown) -> None:
        jobs = [a_job(number) for number in (1, 2)]
        assert jobs[0].dataset == jobs[1].dataset
        mirror.show(jobs)
        mirror.show([after(jobs[0], a_job_started(jobs[0].id))])
        assert [len(places) for places in shown().values()] == [1, 1]
