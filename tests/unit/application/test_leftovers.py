"""What claims that are over left behind goes, and nothing else."""

from pathlib import Path

import pytest

from adapters.memory.hall_folders import MemoryHallFolders
from application.ports.checkpoint_store import Draft
from application.ports.hall import DiskFullError
from application.ports.trainer import Control
from domain.checkpoint import Checkpoint
from domain.job import Job, JobStatus
from domain.retention import GIB
from tests.builders import a_job_id
from tests.memory_hall import MemoryHall, rows


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path)
    hall.enlist("first", "hyperparams.save_steps=1", "checkpoint.budget=0")
    hall.add(content=rows(8))
    return hall


def only(hall: MemoryHall) -> Job:
    (job,) = hall.jobs.find()
    return job


def a_draft(hall: MemoryHall, job: Job, fence: int) -> Draft:
    draft = hall.checkpoints.draft(job.campaign_id, job.id, fence, 7)
    Path(draft.location, "model.safetensors").write_bytes(b"half")
    return draft


def unrecorded(hall: MemoryHall, job: Job, fence: int) -> Checkpoint:
    """Commit a checkpoint, and die before it is recorded."""
    return hall.checkpoints.commit(a_draft(hall, job, fence))


def killed(hall: MemoryHall) -> Job:
    """Train until somebody kills the process, after its first checkpoint."""
    hall.be(2, living=())

    def kill() -> Control:
        if only(hall).checkpoints:
            raise Killed
        return Control.GO_ON

    with pytest.raises(Killed):
        hall.train(control=kill)
    return only(hall)


def left(hall: MemoryHall) -> set[str]:
    return {each.name for each in hall.leftovers().of(hall.campaigns.active())}


def test_what_a_claim_that_is_held_makes_is_never_touched(hall: MemoryHall) -> None:
    seen: list[bool] = []

    def look() -> Control:
        job = only(hall)
        draft, fence = a_draft(hall, job, 1), unrecorded(hall, job, 1)
        hall.leftovers().sweep(hall.campaigns.find())
        seen.append(Path(draft.location).exists() and Path(hall.checkpoints.locate(fence)).exists())
        raise Killed

    with pytest.raises(Killed):
        hall.train(control=look)
    assert seen == [True]


def test_what_the_log_names_is_none(hall: MemoryHall) -> None:
    hall.train()
    assert left(hall) == set()
    hall.leftovers().sweep(hall.campaigns.find())
    for checkpoint in only(hall).checkpoints:
        hall.checkpoints.verify(checkpoint)


def test_drafts_and_unrecorded_checkpoints_of_an_ended_job_go_with_a_pruning(
    hall: MemoryHall,
) -> None:
    hall.train()
    job = only(hall)
    fence = job.checkpoints[0].fence
    draft, checkpoint = a_draft(hall, job, fence), unrecorded(hall, job, fence)
    plan = hall.prune_checkpoints().plan(hall.campaigns.active())
    assert {each.draft for each in plan.leftovers} == {True, False}
    assert Path(draft.location).exists()

    assert hall.prune_checkpoints().execute("first").failed == ()
    assert not Path(draft.location).exists()
    assert not Path(hall.checkpoints.locate(checkpoint)).exists()
    for kept in job.checkpoints:
        hall.checkpoints.verify(kept)


def test_a_draft_of_a_killed_process_goes_before_room_is_looked_for(hall: MemoryHall) -> None:
    job = killed(hall)
    draft = a_draft(hall, job, job.checkpoints[0].fence)
    hall.folders = Crowded(Path(draft.location))
    hall.be(3)
    ended = hall.train()
    assert ended is not None
    assert ended.status is JobStatus.COMPLETED


class Crowded(MemoryHallFolders):
    """Has no room while a folder is there."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def free_bytes(self) -> int:
        return 0 if self._folder.exists() else 1000 * GIB


def test_what_no_claim_of_the_log_made_stays(hall: MemoryHall) -> None:
    hall.train()
    job = only(hall)
    strangers = hall.checkpoints.draft(job.campaign_id, a_job_id(77), 1, 7)
    later = a_draft(hall, job, job.checkpoints[0].fence + 1)
    hall.leftovers().sweep(hall.campaigns.find())
    assert Path(strangers.location).exists()
    assert Path(later.location).exists()


def test_what_cannot_be_removed_is_no_fault_until_room_lacks(hall: MemoryHall) -> None:
    job = killed(hall)
    a_draft(hall, job, job.checkpoints[0].fence)

    def refuse(_: object) -> None:
        raise PermissionError("the folder is not yours")

    hall.checkpoint_shelf.sweep = refuse  # type: ignore[method-assign, assignment]
    hall.be(3)
    hall.folders = MemoryHallFolders(free_bytes=0)
    with pytest.raises(DiskFullError):
        hall.train()
    hall.folders = MemoryHallFolders()
    assert hall.train() is not None
