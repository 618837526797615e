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
    """All committed checkpoints, and the digest under each by digest; BASE is the base model.

    What is under the copies of models that campaigns began from is UNKNOWN, and so it is under what
    jobs abandoned when their campaign's head moved. What was trained twice alike has one digest and
    one place in the tree, and each copy of it is here.
    """

    checkpoints: tuple[Checkpoint, ...]
    parents: Mapping[str, str]

    def ancestry(self, digest: str) -> tuple[str, ...]:
        """Give the digests from this checkpoint back to where nothing is known any more."""
        line: list[str] = []
        while digest in self.parents and digest not in line:
            line.append(digest)
            digest = self.parents[digest]
        return tuple(line)

    def children(self, digest: str) -> tuple[Checkpoint, ...]:
        """Give what was trained on a checkpoint, each copy of it, the fewest steps first."""
        found = (each for each in self.checkpoints if self.parents[each.digest] == digest)
        return tuple(sorted(found, key=lambda each: (each.step, each.name)))

    def copies(self, digest: str) -> tuple[Checkpoint, ...]:
        """Give all checkpoints of this digest."""
        return tuple(each for each in self.checkpoints if each.digest == digest)

    def matching(self, reference: str) -> tuple[Checkpoint, ...]:
        """Find checkpoints by name, by its last parts, or by the beginning of their digest.

        The last parts are 'JOB.CLAIM/checkpoint-STEP', as lineage is drawn, or 'checkpoint-STEP'.
        """
        return tuple(
            each
            for each in self.checkpoints
            if reference in {each.name, each.address}
            or each.name.endswith(f"/{reference}")
            or (len(reference) >= _SHORTEST and each.digest.startswith(reference))
        )


_SHORTEST = 4


def lineage_of(jobs: Iterable[Job], campaigns: Iterable[Campaign] = ()) -> Lineage:
    """Read the tree off the jobs: each one's checkpoints follow each other on the head it had."""
    checkpoints = [each.start for each in campaigns if each.start and each.folder]
    parents = {each.digest: UNKNOWN for each in checkpoints}
    for job in jobs:
        checkpoints += (*job.abandoned, *job.checkpoints)
        for checkpoint in job.abandoned:
            parents.setdefault(checkpoint.digest, UNKNOWN)
        under = job.head
        for checkpoint in job.checkpoints:
            parents[checkpoint.digest] = under
            under = checkpoint.digest
    return Lineage(tuple(dict.fromkeys(checkpoints)), parents)
