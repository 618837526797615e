"""What is on the shelf of a campaign, and why."""

from dataclasses import dataclass

from application.ports.campaign_repository import CampaignRepository
from application.ports.checkpoint_shelf import CheckpointShelf
from application.ports.job_repository import JobRepository
from domain.campaign import Campaign
from domain.checkpoint import Checkpoint, Part
from domain.holds import committed, given_up, holds_of, val_losses
from domain.retention import Shelved


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Counts what the checkpoints of the log take, and says what holds each of them."""

    jobs: JobRepository
    campaigns: CampaignRepository
    shelf: CheckpointShelf

    def of(self, campaign: Campaign) -> tuple[Shelved, ...]:
        """Give the checkpoints that a campaign still has, the oldest first."""
        jobs = self.jobs.find()
        holds, losses = holds_of(jobs, self.campaigns.find()), val_losses(jobs)
        shelf = []
        for checkpoint in committed(campaign, jobs):
            room = self.shelf.room(checkpoint)
            shelf.append(
                Shelved(
                    checkpoint=checkpoint,
                    weights=room.weights,
                    optimizer=room.optimizer,
                    holds=holds.of(checkpoint),
                    note=campaign.pinned.get(checkpoint.name, ""),
                    val_loss=losses.get(checkpoint.digest),
                )
            )
        return tuple(shelf)

    def given_up(self, campaign: Campaign) -> tuple[tuple[Checkpoint, Part], ...]:
        """Give what was collected of a campaign, whether or not its files are gone by now."""
        return given_up(campaign, self.jobs.find())
