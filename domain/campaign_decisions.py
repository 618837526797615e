"""What may happen to a campaign: each decision gives an event, or refuses."""

from collections.abc import Mapping
from datetime import datetime

from domain.campaign import Campaign
from domain.campaign_events import (
    CampaignActivated,
    CampaignArchived,
    CampaignConfigured,
    CampaignForked,
    HeadAdvanced,
    HeadRolledBack,
)
from domain.checkpoint import Checkpoint
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.ids import CampaignId, JobId
from domain.lineage import Lineage
from domain.settings.layers import Value


class ForeignCheckpointError(GuildError):
    """A head must be a checkpoint of its own campaign's lineage."""

    code = ErrorCode.CHECKPOINT


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


def _own_line(campaign: Campaign, lineage: Lineage) -> tuple[str, ...]:
    line = lineage.ancestry(campaign.head_digest)
    if campaign.start is None or campaign.start.digest not in line:
        return line
    return line[: line.index(campaign.start.digest) + 1]


def _living(campaign: Campaign, verb: str) -> None:
    if campaign.archived:
        raise ArchivedCampaignError(campaign, verb)
