"""What each checkpoint of a hall is needed for."""

from dataclasses import replace

from domain.campaign import Campaign, created
from domain.checkpoint import Checkpoint, Part
from domain.holds import committed, given_up, holds_of
from domain.job import Completed, Failed, Job
from domain.job_evolution import queued
from domain.result import Cause
from domain.retention import Hold
from tests.builders import (
    A_MINUTE,
    NOON,
    a_campaign_created,
    a_checkpoint,
    a_job_queued,
    a_receipt,
    a_result,
)


def a_job(number: int, *steps: int, head: str = "", val_loss: float | None = None) -> Job:
    """Give a completed job with a checkpoint at each step."""
    job = queued(a_job_queued(number))
    made = tuple(a_checkpoint(job.id, fence=number, step=step) for step in steps)
    result = replace(a_result(made[-1]), final_val_loss=val_loss)
    return replace(job, head=head, checkpoints=made, state=Completed(NOON, NOON, result))


def a_campaign(head: Checkpoint | None = None) -> Campaign:
    return replace(created(a_campaign_created()), head=head)


def held(jobs: list[Job], campaign: Campaign) -> dict[int, set[Hold]]:
    holds = holds_of(jobs, [campaign])
    return {each.step: set(holds.of(each)) for each in committed(campaign, jobs)}


def test_a_line_of_jobs_keeps_its_joints() -> None:
    first = a_job(1, 1, 2)
    second = a_job(2, 3, 4, head=first.checkpoints[-1].digest)
    assert held([first, second], a_campaign(second.checkpoints[-1])) == {
        1: set(), 2: {Hold.PARENT}, 3: set(), 4: {Hold.HEAD}
    }  # fmt: skip


def test_the_best_ended_with_the_lowest_validation_loss() -> None:
    first = a_job(1, 1, val_loss=0.5)
    second = a_job(2, 2, val_loss=0.75)
    third = a_job(3, 3)
    assert held([first, second, third], a_campaign()) == {1: {Hold.BEST}, 2: set(), 3: set()}


def measured_by(rows: str, job: Job, minutes: int) -> Job:
    """Give the job as one that ended later, and held out other rows."""
    assert isinstance(job.state, Completed)
    ended = replace(job.state, finished_at=NOON + minutes * A_MINUTE)
    return replace(job, receipts=(replace(a_receipt(), held_out_digest=rows),), state=ended)


def test_losses_of_other_rows_say_nothing_about_the_best() -> None:
    jobs = [
        measured_by("easy", a_job(1, 1, val_loss=0.01), 1),
        measured_by("hard", a_job(2, 2, val_loss=0.5), 2),
        measured_by("hard", a_job(3, 3, val_loss=0.75), 3),
    ]
    assert held(jobs, a_campaign()) == {1: set(), 2: {Hold.BEST}, 3: set()}
    assert held(jobs[::-1], a_campaign())[2] == {Hold.BEST}


def test_a_job_that_failed_on_the_head_keeps_all_it_has_until_the_head_moves() -> None:
    done = a_job(1, 1)
    failed = replace(
        a_job(2, 2, 3, head=done.checkpoints[-1].digest),
        state=Failed(NOON, NOON, Cause.DIVERGED, "x"),
    )
    on_head = held([done, failed], a_campaign(done.checkpoints[-1]))
    assert on_head == {1: {Hold.HEAD, Hold.PARENT}, 2: {Hold.RESUME}, 3: {Hold.RESUME}}
    other = a_job(3, 4)
    moved = held([done, failed, other], a_campaign(other.checkpoints[-1]))
    assert (moved[2], moved[3]) == (set(), set())


def test_what_a_job_abandoned_is_still_on_the_shelf() -> None:
    job = a_job(3, 7)
    old = a_checkpoint(job.id, fence=2, step=5)
    assert list(held([replace(job, abandoned=(old,))], a_campaign())) == [5, 7]


def test_what_was_given_up_whole_is_not() -> None:
    job = a_job(1, 1, 2, 3)
    one, two, _ = job.checkpoints
    parts = {one.name: Part.WHOLE, two.name: Part.OPTIMIZER}
    campaign = replace(a_campaign(), collected=parts)
    assert list(held([job], campaign)) == [2, 3]
    assert given_up(campaign, [job]) == ((one, Part.WHOLE), (two, Part.OPTIMIZER))


def test_a_pin_holds_in_its_own_campaign_alone() -> None:
    job = a_job(1, 1)
    (made,) = job.checkpoints
    holds = holds_of([job], [replace(a_campaign(), pinned={made.name: ""})])
    assert holds.of(made) == {Hold.PINNED}
    assert holds.of(a_checkpoint(job.id, campaign=type(made.campaign_id)("other/one"))) == set()
