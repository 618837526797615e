"""What each checkpoint of the hall is needed for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.campaign import Campaign
from domain.checkpoint import Checkpoint, Part
from domain.job import Completed, Job
from domain.lineage import lineage_of
from domain.retention import Hold


@dataclass(frozen=True, slots=True)
class Holds:
    """The digests that are held for a reason, and the names that are pinned in a campaign."""

    digests: Mapping[Hold, frozenset[str]]
    pinned: frozenset[tuple[str, str]]

    def of(self, checkpoint: Checkpoint) -> frozenset[Hold]:
        """Say why a checkpoint is kept."""
        found = {hold for hold, digests in self.digests.items() if checkpoint.digest in digests}
        if (checkpoint.campaign_id, checkpoint.name) in self.pinned:
            found.add(Hold.PINNED)
        return frozenset(found)


def holds_of(jobs: Sequence[Job], campaigns: Sequence[Campaign]) -> Holds:
    """Find what is needed, over the whole hall: a campaign may have begun in another one.

    - heads are where campaigns go on, starts where they began;
    - an unfinished job goes on from its last sound checkpoint, so it keeps all of them;
    - the best is what the job of a campaign with the lowest validation loss ended with, of those
      that were measured by the same rows as its newest: other losses say nothing against them;
    - parents are what jobs and campaigns of a line that is held began from. The checkpoints that a
      job made on its way there began nothing.
    """
    heads = {each.id: each.head_digest for each in campaigns}
    unfinished = [job for job in jobs if job.goes_on(heads.get(job.campaign_id, ""))]
    resume = {each.digest for job in unfinished for each in job.checkpoints}
    digests = {
        Hold.HEAD: frozenset(heads.values()),
        Hold.RESUME: frozenset(resume),
        Hold.BEST: frozenset(_best(jobs, campaigns)),
        Hold.PARENT: frozenset(_parents(jobs, campaigns, {*heads.values(), *resume})),
    }
    pinned = frozenset((each.id, name) for each in campaigns for name in each.pinned)
    return Holds(digests, pinned)


def made(campaign: Campaign, jobs: Iterable[Job]) -> list[Checkpoint]:
    """Give every checkpoint of a campaign, oldest first, whatever became of it."""
    own = (job for job in jobs if job.campaign_id == campaign.id)
    trained = [each for job in own for each in (*job.abandoned, *job.checkpoints)]
    copied = [campaign.start] if campaign.start and campaign.folder else []
    return [*copied, *sorted(trained, key=lambda each: (each.fence, each.step))]


def committed(campaign: Campaign, jobs: Iterable[Job]) -> tuple[Checkpoint, ...]:
    """Give every checkpoint of a campaign that was not given up whole, oldest first."""
    every = made(campaign, jobs)
    return tuple(each for each in every if campaign.collected.get(each.name) is not Part.WHOLE)


def given_up(campaign: Campaign, jobs: Iterable[Job]) -> tuple[tuple[Checkpoint, Part], ...]:
    """Give what was collected of each checkpoint of a campaign, where anything was."""
    parts = campaign.collected
    every = made(campaign, jobs)
    return tuple((each, parts[each.name]) for each in every if each.name in parts)


def val_losses(jobs: Iterable[Job]) -> Mapping[str, float]:
    """Give the validation losses of completed jobs, by the digest of what they ended with."""
    results = [job.state.result for job in jobs if isinstance(job.state, Completed)]
    return {
        each.checkpoint.digest: each.kept_val_loss
        for each in results
        if each.kept_val_loss is not None
    }


def _best(jobs: Sequence[Job], campaigns: Iterable[Campaign]) -> set[str]:
    found = set()
    for campaign in campaigns:
        measured = val_losses(_comparable([job for job in jobs if job.campaign_id == campaign.id]))
        if measured:
            found.add(min(measured, key=measured.__getitem__))
    return found


def _comparable(jobs: Iterable[Job]) -> list[Job]:
    measured = [
        (job.state.finished_at, job)
        for job in jobs
        if isinstance(job.state, Completed) and job.state.result.kept_val_loss is not None
    ]
    if not measured:
        return []
    _, newest = max(measured, key=lambda each: each[0])
    return [job for _, job in measured if _held_out(job) == _held_out(newest)]


def _held_out(job: Job) -> str:
    return job.receipts[-1].held_out_digest if job.receipts else ""


def _parents(jobs: Sequence[Job], campaigns: Sequence[Campaign], held: set[str]) -> set[str]:
    starts = {each.start.digest for each in campaigns if each.start}
    begun = {job.head for job in jobs} | starts
    tree = lineage_of(jobs, campaigns)
    return {digest for each in held | starts for digest in tree.ancestry(each)} & begun
