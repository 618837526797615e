"""The campaigns of a log in memory, folded anew at every question."""

import sys
from collections import defaultdict
from collections.abc import Sequence

from adapters.memory.event_log import MemoryEventLog
from application.ports.campaign_repository import (
    CampaignNotFoundError,
    CampaignRepository,
    NoActiveCampaignError,
)
from application.ports.event_log import START
from domain.campaign import Campaign, replay
from domain.campaign_events import CampaignActivated, CampaignEvent
from domain.errors import AmbiguousReferenceError
from domain.ids import CampaignId


class MemoryCampaignRepository(CampaignRepository):
    """Campaigns of a MemoryEventLog."""

    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log

    def get(self, reference: str) -> Campaign:
        """Find a campaign by id ('hero/name') or by name alone.

        Raises CampaignNotFoundError or AmbiguousReferenceError.
        """
        known = self.find()
        found = [campaign for campaign in known if campaign.id == reference] or [
            campaign for campaign in known if campaign.name == reference
        ]
        if not found:
            raise CampaignNotFoundError(reference)
        if len(found) > 1:
            raise AmbiguousReferenceError(reference, tuple(campaign.id for campaign in found))
        return found[0]

    def find(self) -> Sequence[Campaign]:
        """Give all campaigns, the oldest first."""
        histories: dict[CampaignId, list[CampaignEvent]] = defaultdict(list)
        for event in self._events():
            histories[event.campaign_id].append(event)
        return [replay(history) for history in histories.values()]

    def active(self) -> Campaign:
        """Give the active campaign, or raise NoActiveCampaignError."""
        activated = [event for event in self._events() if isinstance(event, CampaignActivated)]
        if not activated:
            raise NoActiveCampaignError
        return self.get(activated[-1].campaign_id)

    def _events(self) -> list[CampaignEvent]:
        history = self._log.read_after(START, sys.maxsize)
        return [recorded.event for recorded in history if isinstance(recorded.event, CampaignEvent)]
