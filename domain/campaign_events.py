"""What can happen to a campaign, in the past tense."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.architecture import LockedArchitecture
from domain.checkpoint import Checkpoint, Part
from domain.ids import CampaignId, JobId
from domain.settings.layers import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCreated:
    """A campaign begins from a checkpoint, or from the base model where start is None.

    settings are its own overrides, config_hash is of all resolved ones; parent is the campaign
    that it was forked from, folder the place of the model that start is a copy of, '' if none.
    """

    campaign_id: CampaignId
    at: datetime
    name: str
    hero_id: str
    locked: LockedArchitecture
    settings: Mapping[str, Value]
    code_version: str
    config_hash: str
    description: str = ""
    parent: str = ""
    start: Checkpoint | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignConfigured:
    """Overrides were set."""

    campaign_id: CampaignId
    at: datetime
    settings: Mapping[str, Value]
    config_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignActivated:
    """From here on this is the campaign that is trained."""

    campaign_id: CampaignId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignArchived:
    """The campaign is done with; it can be read but not trained."""

    campaign_id: CampaignId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignForked:
    """Another campaign begins from a checkpoint of this one, None for its base model."""

    campaign_id: CampaignId
    at: datetime
    into: CampaignId
    checkpoint: Checkpoint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadAdvanced:
    """A job of the campaign completed: training goes on from its checkpoint."""

    campaign_id: CampaignId
    at: datetime
    job_id: JobId
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRolledBack:
    """Training goes on from an earlier checkpoint, or from the base model where it is None."""

    campaign_id: CampaignId
    at: datetime
    checkpoint: Checkpoint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointPinned:
    """A checkpoint is to be kept, whatever room it takes; note says why, '' if nobody did."""

    campaign_id: CampaignId
    at: datetime
    checkpoint: Checkpoint
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointUnpinned:
    """A checkpoint is kept like any other again."""

    campaign_id: CampaignId
    at: datetime
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointCollected:
    """A checkpoint, or the optimizer's memory in it, is given up for room; size counts bytes."""

    campaign_id: CampaignId
    at: datetime
    checkpoint: Checkpoint
    part: Part
    size: int


CampaignEvent = (
    CampaignCreated
    | CampaignConfigured
    | CampaignActivated
    | CampaignArchived
    | CampaignForked
    | HeadAdvanced
    | HeadRolledBack
    | CheckpointPinned
    | CheckpointUnpinned
    | CheckpointCollected
)
