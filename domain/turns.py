"""Whose turn it is: the order in which jobs that wait are claimed."""

from domain.job import Job


def turn(job: Job) -> tuple[bool, int]:
    """Give the key to sort waiting jobs by: one that has come somewhere first, then by priority.

    Jobs with the same key go in the order in which they were queued.
    """
    return not job.checkpoints, job.priority.rank
