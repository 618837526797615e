"""Which checkpoint came from which: a tree over all jobs and campaigns of the hall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.campaign import Campaign
from domain.checkpoint import Checkpoint
from domain.job import Job

BASE = ""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lineage:
    """Committed checkpoints by digest, and the digest under each; BASE is the base model.

    starts are the copies of models that campaigns began from; what is under them is UNKNOWN, and so
    it is under what jobs abandoned when their campaign's head moved. Two copies of the same model
    have one digest.
    """

    checkpoints: Mapping[str, Checkpoint]
    parents: Mapping[str, str]
    starts: tuple[Checkpoint, ...] = ()

    def ancestry(self, digest: str) -> tuple[str, ...]:
        """Give the digests from this checkpoint back to where nothing is known any more."""
        line: list[str] = []
        while digest in self.checkpoints and digest not in line:
            line.append(digest)
            digest = self.parents[digest]
        return tuple(line)

    def children(self, digest: str) -> tuple[Checkpoint, ...]:
        """Give what was trained on a checkpoint, the fewest steps first."""
        found = [self.checkpoints[each] for each, under in self.parents.items() if under == digest]
        return tuple(sorted(found, key=lambda each: (each.step, each.name)))

    def matching(self, reference: str) -> tuple[Checkpoint, ...]:
        """Find checkpoints by name, by its last parts, or by the beginning of their digest.

        The last parts are 'JOB.CLAIM/checkpoint-STEP', as lineage is drawn, or 'checkpoint-STEP'.
        """
        return tuple(
            each
            for each in dict.fromkeys((*self.checkpoints.values(), *self.starts))
            if reference in {each.name, each.address}
            or each.name.endswith(f"/{reference}")
            or (len(reference) >= _SHORTEST and each.digest.startswith(reference))
        )


_SHORTEST = 4


def lineage_of(jobs: Iterable[Job], campaigns: Iterable[Campaign] = ()) -> Lineage:
    """Read the tree off the jobs: each one's checkpoints follow each other on the head it had."""
    starts = tuple(each.start for each in campaigns if each.start and each.folder)
    checkpoints = {start.digest: start for start in starts}
    parents = dict.fromkeys(checkpoints, UNKNOWN)
    for job in jobs:
        for checkpoint in job.abandoned:
            checkpoints[checkpoint.digest] = checkpoint
            parents[checkpoint.digest] = UNKNOWN
        under = job.head
        for checkpoint in job.checkpoints:
            checkpoints[checkpoint.digest] = checkpoint
            parents[checkpoint.digest] = under
            under = checkpoint.digest
    return Lineage(checkpoints, parents, starts)
