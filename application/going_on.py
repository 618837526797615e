"""Whether a process that has trained a job takes the next one."""

from domain.job import Failed, Job, Queued
from domain.result import Cause

_SHARED = {
    Cause.ARCHITECTURE_MISMATCH: "the locked architecture",
    Cause.CONFIG_ERROR: "the settings",
    Cause.UNTRUSTED_CHECKPOINT: "the head",
}


def reason_to_stop(job: Job) -> str:
    """Say why no job is begun after this one, '' where the next one may do better.

    - what a failed job shares with those behind it would fail them all, one after the other;
    - a job that went back without waiting for a time would be the next one again.
    """
    match job.state:
        case Failed(cause=cause) if shared := _SHARED.get(cause):
            return f"the next job would fail alike: it has {shared} of {job.ref}"
        case Queued(not_before=None):
            return f"{job.ref} went back to the queue"
        case _:
            return ""
