"""One hero's ongoing training: a line of checkpoints with a head."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import assert_never

from domain.architecture import LockedArchitecture
from domain.checkpoint import Checkpoint
from domain.errors import ErrorCode, GuildError
from domain.ids import CampaignId, JobId
from domain.settings.layers import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCreated:
    """A campaign begins; settings are its own overrides, config_hash is of all resolved ones."""

    campaign_id: CampaignId
    at: datetime
    name: str
    hero_id: str
    locked: LockedArchitecture
    settings: Mapping[str, Value]
    code_version: str
    config_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignActivated:
    """From here on this is the campaign that is trained."""

    campaign_id: CampaignId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadAdvanced:
    """A job of the campaign completed: training goes on from its checkpoint."""

    campaign_id: CampaignId
    at: datetime
    job_id: JobId
    checkpoint: Checkpoint


CampaignEvent = CampaignCreated | CampaignActivated | HeadAdvanced


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One hero's ongoing training; line holds the heads, oldest first, empty at the base model."""

    id: CampaignId
    name: str
    hero_id: str
    locked: LockedArchitecture
    overrides: Mapping[str, Value]
    code_version: str
    config_hash: str
    created_at: datetime
    version: int = 1
    line: tuple[Checkpoint, ...] = ()

    @property
    def head(self) -> Checkpoint | None:
        """Give the checkpoint to go on from; None is the base model."""
        return self.line[-1] if self.line else None

    @property
    def head_digest(self) -> str:
        """Give the digest of the head, '' for the base model."""
        return self.line[-1].digest if self.line else ""

    @property
    def step(self) -> int:
        """Count the steps trained on the way to the head."""
        return self.line[-1].step if self.line else 0


class ForeignCheckpointError(GuildError):
    """A head must be a checkpoint of its own campaign, past the last one."""

    code = ErrorCode.CHECKPOINT


# Decisions


def activate(campaign: Campaign, at: datetime) -> CampaignActivated:
    """Make this the campaign that is trained."""
    return CampaignActivated(campaign_id=campaign.id, at=at)


def advance(
    campaign: Campaign, job_id: JobId, checkpoint: Checkpoint, at: datetime
) -> HeadAdvanced:
    """Go on from the checkpoint that a job left."""
    if checkpoint.campaign_id != campaign.id or checkpoint.step <= campaign.step:
        raise ForeignCheckpointError(
            f"checkpoint {checkpoint.name} cannot follow step {campaign.step} of {campaign.id}"
        )
    return HeadAdvanced(campaign_id=campaign.id, at=at, job_id=job_id, checkpoint=checkpoint)


# Evolution


def created(event: CampaignCreated) -> Campaign:
    """Make the campaign that this event begins."""
    return Campaign(
        id=event.campaign_id,
        name=event.name,
        hero_id=event.hero_id,
        locked=event.locked,
        overrides=event.settings,
        code_version=event.code_version,
        config_hash=event.config_hash,
        created_at=event.at,
    )


def evolve(campaign: Campaign, event: CampaignEvent) -> Campaign:
    """Fold one event into the campaign."""
    campaign = replace(campaign, version=campaign.version + 1)
    match event:
        case CampaignCreated():
            return created(event)
        case CampaignActivated():
            return campaign
        case HeadAdvanced(checkpoint=checkpoint):
            return replace(campaign, line=(*campaign.line, checkpoint))
        case _:
            assert_never(event)


def replay(history: Iterable[CampaignEvent]) -> Campaign:
    """Fold a whole history, which begins with CampaignCreated."""
    events = iter(history)
    first = next(events, None)
    if not isinstance(first, CampaignCreated):
        raise TypeError(f"a campaign begins with CampaignCreated, not {type(first).__name__}")
    return reduce(evolve, events, created(first))
