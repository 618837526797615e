"""Putting datasets into the queue."""

from dataclasses import replace
from pathlib import Path

import pytest

from application.ports.campaign_repository import NoActiveCampaignError
from application.ports.event_log import START, Append, Position, StaleStreamError, dataset_stream
from application.ports.inbox import UnreadableFileError
from application.use_cases.queue_dataset import DuplicateDatasetError, QueueRequest
from application.use_cases.take_in_arrivals import Refusal
from domain.conversation import RowError
from domain.dataset import DatasetDuplicate, DatasetRejected, Priority
from domain.errors import GuildError
from domain.job import Job, JobStatus
from domain.rows import BadRowsError
from tests.memory_hall import MemoryHall, rows


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path)
    hall.enlist()
    return hall


def test_a_checked_file_becomes_a_job_of_the_active_campaign(hall: MemoryHall) -> None:
    job = hall.add("july.jsonl", priority=Priority.HIGH)

    assert (job.status, job.priority) == (JobStatus.QUEUED, Priority.HIGH)
    assert (job.dataset.rows, job.dataset.format) == (8, "question/answer")
    assert hall.jobs.find() == [job]
    assert hall.mirror.shown[job.id] == job


def test_the_bytes_are_kept_under_their_digest(hall: MemoryHall) -> None:
    job = hall.add(content=rows(5))

    assert hall.shelf[f"datasets/{job.dataset.sha256}"] == rows(5)


@pytest.mark.parametrize(
    ("content", "refusal", "says"),
    [
        (b"", UnreadableFileError, "missing, empty"),
        (b"\0\1\2", UnreadableFileError, "no text"),
        (b'{"question": "a", "answer": "b"}\nnot json\n', BadRowsError, "line 2"),
        (b'{"messages": [{"role": "user", "content": "hi"}]}\n', BadRowsError, "no assistant turn"),
        (b'{"question": "a", "answer": "b"}\n{}\n', BadRowsError, "1 of 2 rows .* line 2: 'quest"),
        (b'{"other": 1}\n', RowError, "no known format: found other"),
        (b"\n\n", RowError, "no rows"),
    ],
)
def test_a_bad_file_is_refused_and_leaves_no_trace(
    hall: MemoryHall, content: bytes, refusal: type[GuildError], says: str
) -> None:
    before, shelf = hall.log.read_after(START), {*hall.shelf, "bad.jsonl"}

    with pytest.raises(refusal, match=says):
        hall.add("bad.jsonl", content)
    assert hall.log.read_after(START) == before
    assert set(hall.shelf) == shelf
    assert hall.mirror.shown == {}


def test_bad_rows_may_be_dropped(hall: MemoryHall) -> None:
    hall.enlist("lenient", "data.bad_rows=drop")

    job = hall.add(content=b'{"question": "a"}\n' + rows(5))
    assert job.dataset.rows == 5


def test_rows_are_read_as_the_settings_say(hall: MemoryHall) -> None:
    hall.enlist("mapped", "data.question_column=q", "data.answer_column=a")

    assert hall.add(content=b'{"q": "a", "a": "b"}\n').dataset.format == "question/answer"
    with pytest.raises(RowError, match="no column 'q'"):
        hall.add(content=rows(5))


def test_the_same_bytes_are_refused_a_second_time_unless_asked_for(hall: MemoryHall) -> None:
    first = hall.add("one.jsonl")

    with pytest.raises(DuplicateDatasetError) as refusal:
        hall.add("renamed.jsonl")
    assert refusal.value.job == first
    assert hall.add("renamed.jsonl", again=True).id != first.id


def test_other_rows_of_the_same_bytes_are_another_job(hall: MemoryHall) -> None:
    hall.shelf["rows.jsonl"] = rows(8)
    whole = QueueRequest(location="rows.jsonl", name="rows.jsonl")
    part, sample = (replace(whole, selection=text) for text in ("[0:5]", "#3"))

    jobs = [hall.queue_dataset().execute(request) for request in (whole, part, sample)]
    assert [(job.dataset.rows, job.dataset.title) for job in jobs] == [
        (8, "rows.jsonl"),
        (5, "rows.jsonl[0:5]"),
        (3, "rows.jsonl#3"),
    ]
    with pytest.raises(DuplicateDatasetError) as refusal:
        hall.queue_dataset().execute(replace(part, name="renamed.jsonl"))
    assert refusal.value.job == jobs[1]


def test_a_completed_job_still_counts_as_seen(hall: MemoryHall) -> None:
    hall.add("one.jsonl")
    hall.train()

    with pytest.raises(DuplicateDatasetError, match="completed"):
        hall.add("one.jsonl")


def test_other_settings_make_the_same_bytes_another_job(hall: MemoryHall) -> None:
    hall.add("one.jsonl")
    hall.enlist("tuned", "hyperparams.seed=7")

    assert hall.add("one.jsonl").campaign_id == "apprentice/tuned"


def test_without_a_campaign_nothing_is_queued(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)

    with pytest.raises(NoActiveCampaignError):
        hall.add()
    assert hall.log.read_after(START) == []


def test_two_who_queue_the_same_bytes_at_once_make_one_job(hall: MemoryHall) -> None:
    honest = hall.log.append
    rivals: list[Job] = []

    def racing(*appends: Append) -> Position:
        if not rivals and appends[0].stream == dataset_stream(_sha_of(hall)):
            hall.log.append = honest  # type: ignore[method-assign]
            rivals.append(hall.add("rival.jsonl"))
        return honest(*appends)

    hall.log.append = racing  # type: ignore[method-assign]
    with pytest.raises(DuplicateDatasetError):
        hall.add("mine.jsonl")
    assert hall.jobs.find() == rivals


def _sha_of(hall: MemoryHall) -> str:
    return hall.inbox.stage("mine.jsonl").dataset.sha256


def test_arrivals_are_taken_in_with_the_priority_of_their_folder(hall: MemoryHall) -> None:
    hall.inbox.arrive("a.jsonl", rows(3), Priority.LOW)
    hall.inbox.arrive("b.jsonl", rows(4), Priority.HIGH)

    taken = hall.take_in_arrivals().execute()
    assert [job.priority for job in taken if isinstance(job, Job)] == [Priority.LOW, Priority.HIGH]
    assert hall.inbox.arrivals() == ()


@pytest.mark.parametrize("bad", [b"", b"{", b"{}\n", b'{"question": "a", "answer": 7}\n'])
def test_an_arrival_that_cannot_be_used_is_set_aside_with_the_reason(
    hall: MemoryHall, bad: bytes
) -> None:
    hall.inbox.arrive("bad.jsonl", bad)
    hall.inbox.arrive("good.jsonl", rows(3))

    refusal, job = hall.take_in_arrivals().execute()
    assert isinstance(refusal, Refusal)
    assert isinstance(job, Job)
    assert hall.inbox.refused[0][0].name == "bad.jsonl"
    assert isinstance(hall.log.read_stream("hall")[0].event, DatasetRejected)


def test_a_known_arrival_is_set_aside_and_never_trained_twice(hall: MemoryHall) -> None:
    job = hall.add("one.jsonl")
    hall.inbox.arrive("copy.jsonl", rows())

    hall.take_in_arrivals().execute()
    event = hall.log.read_stream("hall")[0].event
    assert isinstance(event, DatasetDuplicate)
    assert event.job_id == job.id
    assert hall.jobs.find() == [job]


def test_a_stale_stream_elsewhere_is_not_swallowed(hall: MemoryHall) -> None:
    with pytest.raises(StaleStreamError):
        hall.log.append(Append("hall", (), 5))
