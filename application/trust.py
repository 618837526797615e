"""Which checkpoints training may go on from."""

from collections.abc import Callable
from dataclasses import dataclass

from application.checkpoints import Checkpoints
from application.ports.checkpoint_shelf import CheckpointShelf
from application.ports.checkpoint_store import CheckpointStore
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, job_stream
from application.ports.job_repository import JobRepository
from application.recorder import fence_of
from domain.campaign import Campaign
from domain.checkpoint import BrokenCheckpointError, Checkpoint, CollectedCheckpointError, Part
from domain.job import Job
from domain.job_decisions import reject_checkpoint
from domain.reports import Report, Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Verifies what is on disk against the log, before anything of it is loaded.

    - only what the log names is looked at, whatever else lies there;
    - what was collected on purpose is not broken, and what was collected whole is not there;
    - a checkpoint of a job that is broken is put aside and recorded, and the one before is taken;
    - a head that is broken stays the head: only its owner moves it.
    """

    log: EventLog
    jobs: JobRepository
    finder: Checkpoints
    checkpoints: CheckpointStore
    shelf: CheckpointShelf
    clock: Clock

    def verify(self, checkpoint: Checkpoint) -> None:
        """Raise BrokenCheckpointError or CollectedCheckpointError."""
        part = self.finder.collected(checkpoint)
        if part is Part.WHOLE:
            raise CollectedCheckpointError(checkpoint, part)
        self.checkpoints.verify(checkpoint, optimizer=part is None)

    def verify_head(self, campaign: Campaign) -> None:
        """Raise what verify raises, with what its owner can do."""
        if campaign.head is None:
            return
        try:
            self.verify(campaign.head)
        except BrokenCheckpointError as error:
            raise BrokenCheckpointError(
                f"the head of {campaign.id} is broken", why=_told(error), fix=self._ways(campaign)
            ) from error

    def last_sound(self, claimed: Job, tell: Callable[[Report], None]) -> Checkpoint | None:
        """Give what a claimed job goes on from; None where that is the campaign's head."""
        for checkpoint in reversed(claimed.checkpoints):
            if self.finder.collected(checkpoint) is not None:
                continue
            try:
                self.checkpoints.verify(checkpoint)
            except BrokenCheckpointError as error:
                self._reject(claimed, checkpoint, _told(error))
                tell(Warned(f"{checkpoint.name} is not trusted, the one before is: {_told(error)}"))
            else:
                return checkpoint
        return None

    def _reject(self, claimed: Job, checkpoint: Checkpoint, reason: str) -> None:
        # The other way round, a crash in between would leave it where it is for good.
        self.shelf.quarantine(checkpoint, reason)
        job, now = self.jobs.get(claimed.id), self.clock.now()
        rejected = reject_checkpoint(job, fence_of(claimed), checkpoint, reason, now)
        self.log.append(Append(job_stream(job.id), (rejected,), job.version))

    def _ways(self, campaign: Campaign) -> tuple[str, ...]:
        tree = self.finder.lineage()
        line = tree.ancestry(campaign.head_digest)[1:]
        made = (each for digest in line for each in tree.copies(digest))
        there = (each.digest for each in made if self.finder.collected(each) is not Part.WHOLE)
        target = next(there, "base")[:12]
        return (f"guild campaign rollback {campaign.id} {target}", "or put its files back")


def _told(error: BrokenCheckpointError) -> str:
    return f"{error}: {error.why}" if error.why else str(error)
