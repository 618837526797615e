"""What is shown."""

from itertools import count
from pathlib import Path

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.preview_backend import MemoryPreviewBackend
from application.ports.trainer import Control
from application.use_cases.run_preview import PreviewOrder
from domain.dataset import Priority
from domain.job import JobStatus
from domain.preview import Verdict
from tests.builders import NOON
from tests.memory_hall import MemoryHall, rows


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path)
    hall.enlist()
    return hall


def test_a_new_hall_has_nothing_to_show(tmp_path: Path) -> None:
    status = MemoryHall(tmp_path).queries().status(NOON)

    assert (status.campaign, status.running, status.preview) == (None, None, None)


def test_waiting_jobs_are_counted_by_priority_and_those_of_other_campaigns_apart(
    hall: MemoryHall,
) -> None:
    hall.add("old.jsonl", rows(3))
    hall.enlist("second")
    hall.add("a.jsonl", rows(4), Priority.HIGH)
    hall.add("b.jsonl", rows(5))

    status = hall.queries().status(NOON)
    assert status.waiting == {Priority.HIGH: 1, Priority.NORMAL: 1, Priority.LOW: 0}
    assert status.elsewhere == 1


def test_the_queue_is_shown_in_the_order_of_the_claims(hall: MemoryHall) -> None:
    for name, priority in (("l", "low"), ("n", "normal"), ("h", "high")):
        hall.add(f"{name}.jsonl", rows(3, begin=ord(name)), Priority(priority))

    shown = [job.id for job in hall.queries().queue()]
    trained = [job.id for job in iter(hall.train, None) if job]
    assert shown == trained


def test_jobs_of_one_priority_are_shown_as_they_were_queued_whatever_their_ids(
    hall: MemoryHall,
) -> None:
    hall.clock = MemoryClock(NOON)
    hall._numbers = count(9, -1)
    ids = [hall.add(f"{name}.jsonl", rows(3, begin=ord(name))).id for name in "abc"]
    assert ids == sorted(ids, reverse=True)

    assert [job.id for job in hall.queries().queue()] == ids


def test_a_job_that_runs_is_shown_before_those_that_wait(hall: MemoryHall) -> None:
    runs = hall.add("n.jsonl", rows(3)).id
    shown = []

    def look() -> Control:
        if not shown:
            hall.add("h.jsonl", rows(3, begin=9), Priority.HIGH)
            shown.extend(hall.queries().queue())
        return Control.GO_ON

    hall.train(control=look)
    assert [job.id == runs for job in shown] == [True, False]


def test_ended_jobs_are_counted_and_leave_the_queue(hall: MemoryHall) -> None:
    hall.add()
    hall.train()

    assert hall.queries().queue() == []
    assert hall.queries().status(NOON).ended[JobStatus.COMPLETED] == 1


def test_only_the_last_round_of_previews_is_tallied(hall: MemoryHall) -> None:
    hall.previews = MemoryPreviewBackend({"what is 1?": "wrong"}, causes={"what is 2?": "asleep"})
    hall.shelf["prompts.jsonl"] = rows(3)
    hall.run_preview().execute(PreviewOrder(file="prompts.jsonl"))

    tally = hall.queries().status(NOON).preview
    assert tally is not None
    assert tally.verdicts[Verdict.DIFFERS] == 1
    assert tally.verdicts[Verdict.UNMEASURED] == 2
    assert tally.backend == "memory"
