"""What may happen to a campaign: each decision gives an event, or refuses."""

from collections.abc import Mapping
from datetime import datetime

from domain.campaign import Campaign
from domain.campaign_events import (
    CampaignActivated,
    CampaignArchived,
    CampaignConfigured,
    CampaignForked,
    CheckpointCollected,
    CheckpointPinned,
    CheckpointUnpinned,
    HeadAdvanced,
    HeadRolledBack,
)
from domain.checkpoint import Checkpoint, CollectedCheckpointError, Part
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.ids import CampaignId, JobId
from domain.lineage import Lineage
from domain.settings.layers import Value


class ForeignCheckpointError(GuildError):
    """A head must be a checkpoint of its own campaign's lineage."""

    code = ErrorCode.CHECKPOINT


class KeptCheckpointError(GuildError):
    """A checkpoint that something needs is not given up for room."""

    code = ErrorCode.ILLEGAL_MOVE


class ArchivedCampaignError(GuildError):
    """An archived campaign is read, not trained."""

    code = ErrorCode.ILLEGAL_MOVE

    def __init__(self, campaign: Campaign, verb: str) -> None:
        super().__init__(
            f"cannot {verb} campaign {campaign.id}: it is archived",
            fix=(f"guild campaign fork {campaign.id} NAME",),
        )


class ActiveCampaignError(GuildError):
    """The active campaign is not put away."""

    code = ErrorCode.ILLEGAL_MOVE
    exit_status = ExitStatus.HELD


def configure(
    campaign: Campaign, settings: Mapping[str, Value], config_hash: str, at: datetime
) -> CampaignConfigured:
    """Set overrides."""
    _living(campaign, "configure")
    return CampaignConfigured(
        campaign_id=campaign.id, at=at, settings=settings, config_hash=config_hash
    )


def activate(campaign: Campaign, at: datetime) -> CampaignActivated:
    """Make this the campaign that is trained."""
    _living(campaign, "use")
    return CampaignActivated(campaign_id=campaign.id, at=at)


def archive(campaign: Campaign, at: datetime, *, active: bool) -> CampaignArchived:
    """Put a campaign away that is not the active one."""
    _living(campaign, "archive")
    if active:
        raise ActiveCampaignError(
            f"{campaign.id} is the active campaign", fix=("guild campaign use ANOTHER",)
        )
    return CampaignArchived(campaign_id=campaign.id, at=at)


def fork(
    campaign: Campaign, into: CampaignId, checkpoint: Checkpoint | None, at: datetime
) -> CampaignForked:
    """Begin another campaign from a checkpoint of this one; an archived one can be forked."""
    return CampaignForked(campaign_id=campaign.id, at=at, into=into, checkpoint=checkpoint)


def advance(
    campaign: Campaign, job_id: JobId, checkpoint: Checkpoint, at: datetime
) -> HeadAdvanced:
    """Go on from the checkpoint that a job left."""
    if checkpoint.campaign_id != campaign.id or checkpoint.step <= campaign.step:
        raise ForeignCheckpointError(
            f"checkpoint {checkpoint.name} cannot follow step {campaign.step} of {campaign.id}"
        )
    return HeadAdvanced(campaign_id=campaign.id, at=at, job_id=job_id, checkpoint=checkpoint)


def roll_back(
    campaign: Campaign, checkpoint: Checkpoint | None, lineage: Lineage, at: datetime
) -> HeadRolledBack:
    """Go back to a checkpoint that the head came from; None is what the campaign began from.

    What lies below its beginning belongs to the campaign that it was forked from.
    """
    _living(campaign, "roll back")
    target = checkpoint or campaign.start
    if target is not None and target.digest not in _own_line(campaign, lineage):
        raise ForeignCheckpointError(
            f"{target.name} is not on the line that leads to the head of {campaign.id}",
            fix=(
                f"guild campaign lineage {campaign.id}",
                f"guild campaign fork {campaign.id} NAME",
            ),
        )
    return HeadRolledBack(campaign_id=campaign.id, at=at, checkpoint=target)


def pin(campaign: Campaign, checkpoint: Checkpoint, note: str, at: datetime) -> CheckpointPinned:
    """Keep a checkpoint that is still there, whatever room it takes."""
    _require_own(campaign, checkpoint)
    if campaign.collected.get(checkpoint.name) is Part.WHOLE:
        raise CollectedCheckpointError(checkpoint, Part.WHOLE)
    return CheckpointPinned(campaign_id=campaign.id, at=at, checkpoint=checkpoint, note=note)


def unpin(campaign: Campaign, checkpoint: Checkpoint, at: datetime) -> CheckpointUnpinned:
    """Keep a checkpoint no longer than any other."""
    _require_own(campaign, checkpoint)
    if checkpoint.name not in campaign.pinned:
        raise KeptCheckpointError(f"{checkpoint.name} is not pinned")
    return CheckpointUnpinned(campaign_id=campaign.id, at=at, checkpoint=checkpoint)


def collect(
    campaign: Campaign, checkpoint: Checkpoint, part: Part, size: int, at: datetime
) -> CheckpointCollected:
    """Give up a checkpoint, or the optimizer's memory in it; never of the head."""
    _require_own(campaign, checkpoint)
    pinned = part is Part.WHOLE and checkpoint.name in campaign.pinned
    if pinned or checkpoint.digest == campaign.head_digest:
        raise KeptCheckpointError(f"{checkpoint.name} is kept: it is pinned, or the head")
    return CheckpointCollected(
        campaign_id=campaign.id, at=at, checkpoint=checkpoint, part=part, size=size
    )


def _require_own(campaign: Campaign, checkpoint: Checkpoint) -> None:
    if checkpoint.campaign_id != campaign.id:
        raise ForeignCheckpointError(f"{checkpoint.name} is not a checkpoint of {campaign.id}")


def _own_line(campaign: Campaign, lineage: Lineage) -> tuple[str, ...]:
    line = lineage.ancestry(campaign.head_digest)
    if campaign.start is None or campaign.start.digest not in line:
        return line
    return line[: line.index(campaign.start.digest) + 1]


def _living(campaign: Campaign, verb: str) -> None:
    if campaign.archived:
        raise ArchivedCampaignError(campaign, verb)
