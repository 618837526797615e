"""Which checkpoint somebody means."""

from dataclasses import dataclass

from application.ports.campaign_repository import CampaignRepository
from application.ports.job_repository import JobRepository
from domain.campaign import Campaign
from domain.checkpoint import Checkpoint
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
        """Find one, in a campaign first; '@head' or 'CAMPAIGN@head' may be the base model, None."""
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
        return found[0]


def _belongs(checkpoint: Checkpoint, campaign: Campaign) -> bool:
    return checkpoint.campaign_id == campaign.id or checkpoint == campaign.start
