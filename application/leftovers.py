"""What claims that are over left on the shelf, unknown to the log."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.checkpoint_shelf import CheckpointShelf, Lying
from application.ports.event_log import EventLog, job_stream
from application.ports.job_repository import JobRepository
from domain.campaign import Campaign
from domain.holds import made
from domain.job import Job, Processing
from domain.job_events import JobStarted


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """Finds drafts, and checkpoints that a crash kept from being recorded.

    - what the log names is none, and nothing is that belongs to a claim that is held;
    - what no claim of the log made is not guild's to remove.
    """

    log: EventLog
    jobs: JobRepository
    shelf: CheckpointShelf

    def of(self, campaign: Campaign) -> tuple[Lying, ...]:
        """Give those of a campaign."""
        # The shelf comes before the log: what is begun or recorded in between is then known.
        lying = self.shelf.lying(campaign.id)
        jobs = self.jobs.find(campaign_id=campaign.id)
        named = {each.name for each in made(campaign, jobs)}
        unnamed = [each for each in lying if each.name not in named]
        over = self._over(jobs, {each.ref for each in unnamed})
        return tuple(each for each in unnamed if (each.ref, each.fence) in over)

    def sweep(self, campaigns: Sequence[Campaign]) -> None:
        """Remove what can be removed."""
        for campaign in campaigns:
            for each in self.of(campaign):
                try:
                    self.shelf.sweep(each)
                except OSError:
                    continue  # It takes room still, which whoever asks for room is told.

    def _over(self, jobs: Sequence[Job], refs: set[str]) -> set[tuple[str, int]]:
        return {
            (job.ref, fence)
            for job in jobs
            if job.ref in refs
            for fence in self._fences(job)
            if not (isinstance(job.state, Processing) and job.state.lease.fence == fence)
        }

    def _fences(self, job: Job) -> set[int]:
        history = (record.event for record in self.log.read_stream(job_stream(job.id)))
        return {event.lease.fence for event in history if isinstance(event, JobStarted)}
