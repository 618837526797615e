from dataclasses import replace

from domain.dataset import Priority
from domain.job import Job
from domain.job_evolution import queued
from domain.turns import turn
from tests.builders import a_checkpoint, a_job_queued


def a_job(number: int, priority: Priority, *, begun: bool = False) -> Job:
    job = queued(a_job_queued(number, priority=priority))
    return replace(job, checkpoints=(a_checkpoint(job.id),)) if begun else job


def test_jobs_go_by_progress_then_by_priority_then_as_they_were_queued() -> None:
    low, normal = a_job(1, Priority.LOW), a_job(2, Priority.NORMAL)
    second, first = a_job(4, Priority.HIGH), a_job(3, Priority.HIGH)
    begun = a_job(5, Priority.LOW, begun=True)
    begun_high = a_job(6, Priority.HIGH, begun=True)
    waiting = [low, second, begun, normal, first, begun_high]
    assert sorted(waiting, key=turn) == [begun_high, begun, second, first, normal, low]


def test_a_start_that_came_nowhere_is_no_progress() -> None:
    tried = replace(a_job(1, Priority.LOW), attempts=3)
    assert turn(tried) == turn(a_job(2, Priority.LOW))
