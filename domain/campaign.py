"""One hero's ongoing training: a line of checkpoints with a head."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import assert_never

from domain.architecture import LockedArchitecture
from domain.campaign_events import (
    CampaignActivated,
    CampaignArchived,
    CampaignConfigured,
    CampaignCreated,
    CampaignEvent,
    CampaignForked,
    CheckpointCollected,
    CheckpointPinned,
    CheckpointUnpinned,
    HeadAdvanced,
    HeadRolledBack,
)
from domain.checkpoint import Checkpoint, Part
from domain.ids import CampaignId
from domain.settings.layers import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One hero's ongoing training.

    start is what it began from and head what it goes on from, None for the base model; heads holds
    every head that it ever advanced to, oldest first. folder is where the model lay that start is
    a copy of, '' where start is no copy. set_by gives the version of the event that set each
    override. pinned gives notes and collected what is given up, both by a checkpoint's name.
    """

    id: CampaignId
    name: str
    hero_id: str
    locked: LockedArchitecture
    overrides: Mapping[str, Value]
    set_by: Mapping[str, int]
    code_version: str
    config_hash: str
    created_at: datetime
    description: str = ""
    start: Checkpoint | None = None
    folder: str = ""
    head: Checkpoint | None = None
    heads: tuple[Checkpoint, ...] = ()
    forks: tuple[CampaignId, ...] = ()
    pinned: Mapping[str, str] = field(default_factory=dict)
    collected: Mapping[str, Part] = field(default_factory=dict)
    archived: bool = False
    version: int = 1

    @property
    def head_digest(self) -> str:
        """Give the digest of the head, '' for the base model."""
        return self.head.digest if self.head else ""

    @property
    def step(self) -> int:
        """Count the steps trained on the way to the head."""
        return self.head.step if self.head else 0


def created(event: CampaignCreated) -> Campaign:
    """Make the campaign that this event begins."""
    return Campaign(
        id=event.campaign_id,
        name=event.name,
        hero_id=event.hero_id,
        locked=event.locked,
        overrides=event.settings,
        set_by=dict.fromkeys(event.settings, 1),
        code_version=event.code_version,
        config_hash=event.config_hash,
        created_at=event.at,
        description=event.description,
        start=event.start,
        folder=event.folder,
        head=event.start,
    )


def evolve(campaign: Campaign, event: CampaignEvent) -> Campaign:
    """Fold one event into the campaign."""
    campaign = replace(campaign, version=campaign.version + 1)
    match event:
        case CampaignCreated():
            return created(event)
        case CampaignConfigured(settings=settings, config_hash=config_hash):
            return replace(
                campaign,
                overrides={**campaign.overrides, **settings},
                set_by={**campaign.set_by, **dict.fromkeys(settings, campaign.version)},
                config_hash=config_hash,
            )
        case CampaignActivated():
            return campaign
        case CampaignArchived():
            return replace(campaign, archived=True)
        case CampaignForked(into=into):
            return replace(campaign, forks=(*campaign.forks, into))
        case HeadAdvanced(checkpoint=checkpoint):
            return replace(campaign, head=checkpoint, heads=(*campaign.heads, checkpoint))
        case HeadRolledBack(checkpoint=checkpoint):
            return replace(campaign, head=checkpoint)
        case CheckpointPinned(checkpoint=checkpoint, note=note):
            return replace(campaign, pinned={**campaign.pinned, checkpoint.name: note})
        case CheckpointUnpinned(checkpoint=checkpoint):
            return replace(campaign, pinned=_without(campaign.pinned, checkpoint.name))
        case CheckpointCollected(checkpoint=checkpoint, part=part):
            return replace(campaign, collected={**campaign.collected, checkpoint.name: part})
        case _:
            assert_never(event)


def _without(notes: Mapping[str, str], name: str) -> Mapping[str, str]:
    return {key: note for key, note in notes.items() if key != name}


def replay(history: Iterable[CampaignEvent]) -> Campaign:
    """Fold a whole history, which begins with CampaignCreated."""
    events = iter(history)
    first = next(events, None)
    if not isinstance(first, CampaignCreated):
        raise TypeError(f"a campaign begins with CampaignCreated, not {type(first).__name__}")
    return reduce(evolve, events, created(first))
