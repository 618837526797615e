"""Compare checkpoints with what was committed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from application.checkpoints import Checkpoints
from application.ports.job_repository import JobRepository
from application.trust import Trust
from domain.campaign import Campaign
from domain.checkpoint import BrokenCheckpointError, Checkpoint
from domain.holds import committed


@dataclass(frozen=True, slots=True)
class Verified:
    """A checkpoint, and what is wrong with it, '' for a sound one."""

    checkpoint: Checkpoint
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCheckpoints:
    """Read every byte of checkpoints again; put nothing aside, since nobody is about to use it."""

    jobs: JobRepository
    checkpoints: Checkpoints
    trust: Trust

    def one(self, reference: str) -> Verified:
        """Verify one; raise CollectedCheckpointError where it was given up."""
        return self._verified(self.checkpoints.named(reference))

    def all(self, campaigns: Sequence[Campaign]) -> Iterator[Verified]:
        """Verify all that campaigns still have, one after another."""
        jobs = self.jobs.find()
        for campaign in campaigns:
            yield from map(self._verified, committed(campaign, jobs))

    def _verified(self, checkpoint: Checkpoint) -> Verified:
        try:
            self.trust.verify(checkpoint)
        except BrokenCheckpointError as error:
            return Verified(checkpoint, f"{error}: {error.why}" if error.why else str(error))
        except OSError as error:
            return Verified(checkpoint, f"it cannot be read now: {error}")
        return Verified(checkpoint, "")
