"""Which checkpoint somebody means."""

from dataclasses import dataclass

from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.job_repository import JobRepository
from domain.campaign import Campaign
from domain.checkpoint import Checkpoint, CollectedCheckpointError, Part
from domain.errors import AmbiguousReferenceError, NotFoundError
from domain.lineage import Lineage, lineage_of

HEAD = "@head"


class CheckpointNotFoundError(NotFoundError):
    """There is no such checkpoint."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"there is no checkpoint '{reference}'", fix=("guild campaign lineage",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """Finds committed checkpoints in the log: by name, step, digest, or as a campaign's head."""

    jobs: JobRepository
    campaigns: CampaignRepository

    def lineage(self) -> Lineage:
        """Give the tree of all checkpoints of the hall."""
        return lineage_of(self.jobs.find(), self.campaigns.find())

    def find(self, reference: str, campaign: Campaign | None = None) -> Checkpoint | None:
        """Find one as known does, or a copy of it; refuse one that was collected everywhere."""
        found = self.known(reference, campaign)
        if found is None or self.collected(found) is not Part.WHOLE:
            return found
        copy = max(self.lineage().copies(found.digest), key=self._worth)
        if self.collected(copy) is Part.WHOLE:
            raise CollectedCheckpointError(found, Part.WHOLE)
        return copy

    def collected(self, checkpoint: Checkpoint) -> Part | None:
        """Say what of a checkpoint was given up for room."""
        return self.campaigns.get(checkpoint.campaign_id).collected.get(checkpoint.name)

    def named(self, reference: str) -> Checkpoint:
        """Find one in the active campaign first, collected or not; the base model is none."""
        try:
            campaign = self.campaigns.active()
        except NoActiveCampaignError:
            campaign = None
        found = self.known(reference, campaign)
        if found is None:
            raise CheckpointNotFoundError(reference)
        return found

    def known(self, reference: str, campaign: Campaign | None = None) -> Checkpoint | None:
        """Find one, in a campaign first; '@head' or 'CAMPAIGN@head' may be the base model, None.

        Of what was trained twice alike, the copy of the campaign is meant, then one that is there.
        """
        if reference.endswith(HEAD):
            named = reference.removesuffix(HEAD)
            owner = self.campaigns.get(named) if named else campaign or self.campaigns.active()
            return owner.head
        found = self.lineage().matching(reference)
        if campaign is not None:
            found = tuple(each for each in found if _belongs(each, campaign)) or found
        if not found:
            raise CheckpointNotFoundError(reference)
        if len({each.digest for each in found}) > 1:
            names = tuple(f"{each.campaign_id} {each.name} {each.digest[:12]}" for each in found)
            raise AmbiguousReferenceError(reference, names)
        return max(found, key=self._worth)

    def _worth(self, checkpoint: Checkpoint) -> tuple[bool, bool, bool, int]:
        """Rank the copies of one checkpoint: what is there, what is kept, what is newest."""
        campaign = self.campaigns.get(checkpoint.campaign_id)
        return (
            campaign.collected.get(checkpoint.name) is not Part.WHOLE,
            checkpoint.name in campaign.pinned,
            checkpoint == campaign.head,
            checkpoint.fence,
        )


def _belongs(checkpoint: Checkpoint, campaign: Campaign) -> bool:
    return checkpoint.campaign_id == campaign.id or checkpoint == campaign.start
