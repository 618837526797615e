"""A disk without room for a checkpoint."""

import errno
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.memory.hall_folders import MemoryHallFolders
from adapters.memory.trainer import MemoryTrainer
from application.ports.event_log import HALL_STREAM
from application.ports.hall import DiskFullError
from domain.disk import bytes_of_a_checkpoint
from domain.errors import ExitStatus
from domain.hall_events import HallPaused, HallResumed
from domain.job import Completed, Job, JobStatus
from domain.job_events import JobReleased
from domain.result import Cause
from tests.memory_hall import MemoryHall, a_hero

NEEDED = bytes_of_a_checkpoint(a_hero().model.parameters)
FULL = OSError(errno.ENOSPC, "No space left on device")


def a_hall(root: Path, faults: dict[int, Exception] | None = None) -> MemoryHall:
    hall = MemoryHall(root, trainer=MemoryTrainer(faults=faults))
    hall.enlist()
    hall.add()
    return hall


def told(hall: MemoryHall) -> Sequence[object]:
    return [
        record.event
        for record in hall.log.read_stream(HALL_STREAM)
        if isinstance(record.event, HallPaused | HallResumed)
    ]


def test_a_checkpoint_of_a_billion_weights_takes_over_twelve_gigabytes() -> None:
    assert 12 * 10**9 < bytes_of_a_checkpoint(10**9) < 14 * 10**9


def test_a_job_that_could_not_be_saved_is_not_begun(tmp_path: Path) -> None:
    hall = a_hall(tmp_path)
    hall.folders = MemoryHallFolders(free_bytes=NEEDED - 1)

    with pytest.raises(DiskFullError) as refusal:
        hall.train()
    assert refusal.value.exit_status is ExitStatus.TRY_AGAIN
    assert f"needs {NEEDED} bytes, and {NEEDED - 1} bytes are free" in str(refusal.value)
    assert any("guild checkpoint prune" in line for line in refusal.value.fix)
    assert [job.attempts for job in hall.jobs.find()] == [0]
    assert told(hall) == []


def test_just_enough_is_enough(tmp_path: Path) -> None:
    hall = a_hall(tmp_path)
    hall.folders = MemoryHallFolders(free_bytes=NEEDED)
    assert isinstance(ended(hall).state, Completed)


def test_an_empty_queue_needs_no_room(tmp_path: Path) -> None:
    hall = MemoryHall(tmp_path)
    hall.enlist()
    hall.folders = MemoryHallFolders(free_bytes=0)
    assert hall.train() is None


def test_the_largest_checkpoints_are_named(tmp_path: Path) -> None:
    hall = a_hall(tmp_path)
    ended(hall)
    head = hall.campaigns.active().head
    assert head is not None
    hall.add("more.jsonl", again=True)
    hall.folders = MemoryHallFolders(free_bytes=0)
    with pytest.raises(DiskFullError) as refusal:
        hall.train()
    assert head.address in refusal.value.why


def test_a_full_disk_releases_the_job_and_pauses_the_hall(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, {1: FULL})
    job = ended(hall)

    assert (job.status, job.failures) == (JobStatus.QUEUED, 0)
    _, history = hall.queries().events_of(job.id)
    assert isinstance(history[-1].event, JobReleased)
    (pause,) = told(hall)
    assert isinstance(pause, HallPaused)
    assert (pause.cause, pause.needed) == (Cause.DISK_FULL, NEEDED)
    assert hall.queries().status(hall.clock.now()).pause == pause


def test_a_paused_hall_goes_on_by_itself_once_there_is_room(tmp_path: Path) -> None:
    faults: dict[int, Exception] = {2: FULL}
    hall = a_hall(tmp_path, faults)
    ended(hall)
    hall.folders = MemoryHallFolders(free_bytes=NEEDED - 1)
    for _ in range(2):
        with pytest.raises(DiskFullError):
            hall.train()

    faults.clear()
    hall.folders = MemoryHallFolders()
    assert isinstance(ended(hall).state, Completed)
    assert [type(event) for event in told(hall)] == [HallPaused, HallResumed]
    assert hall.queries().status(hall.clock.now()).pause is None


def ended(hall: MemoryHall) -> Job:
    job = hall.train()
    assert job is not None
    return job
