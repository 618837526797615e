"""Keep a checkpoint whatever room it takes, or no longer."""

from collections.abc import Callable
from dataclasses import dataclass

from application.checkpoints import Checkpoints
from application.ports.campaign_repository import CampaignRepository
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, campaign_stream, decided_again
from domain.campaign import Campaign
from domain.campaign_decisions import pin, unpin
from domain.campaign_events import CheckpointPinned, CheckpointUnpinned
from domain.checkpoint import Checkpoint

Decide = Callable[[Campaign, Checkpoint], CheckpointPinned | CheckpointUnpinned]


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCheckpoint:
    """Pin and unpin a checkpoint, in the history of the campaign that made it."""

    log: EventLog
    campaigns: CampaignRepository
    checkpoints: Checkpoints
    clock: Clock

    def pin(self, reference: str, note: str = "") -> Checkpoint:
        """Record CheckpointPinned; a second one replaces the note."""
        return self._record(
            reference,
            lambda campaign, checkpoint: pin(campaign, checkpoint, note, self.clock.now()),
        )

    def unpin(self, reference: str) -> Checkpoint:
        """Record CheckpointUnpinned."""
        return self._record(
            reference, lambda campaign, checkpoint: unpin(campaign, checkpoint, self.clock.now())
        )

    def _record(self, reference: str, decide: Decide) -> Checkpoint:
        def record() -> Checkpoint:
            checkpoint = self.checkpoints.named(reference)
            campaign = self.campaigns.get(checkpoint.campaign_id)
            event = decide(campaign, checkpoint)
            self.log.append(Append(campaign_stream(campaign.id), (event,), campaign.version))
            return checkpoint

        return decided_again(record)
