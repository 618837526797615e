"""What has fitted into memory before, so that nobody has to find it out again."""

from collections.abc import Iterable

from domain.job import Completed, Job
from domain.ladder import Rung, first_rung, hyperparams_in


def stepped_down(job: Job) -> bool:
    """Tell whether a job ran in smaller passes than were asked."""
    asked = first_rung(hyperparams_in(job.settings))
    return job.rung is not None and job.rung.weight < asked.weight


def fitted(jobs: Iterable[Job], hero_id: str, max_length: int) -> dict[str, Rung]:
    """Give by device what the last of a hero's jobs was completed with that had to step down.

    Only jobs count whose rows could be as long.
    """
    found: dict[str, Rung] = {}
    for job in jobs:
        if not isinstance(job.state, Completed) or job.equipment is None:
            continue
        same = job.hero_id == hero_id and hyperparams_in(job.settings).max_length == max_length
        if same and stepped_down(job):
            found[job.equipment.device] = job.equipment.rung
    return found
