"""The campaigns of the log, from the table beside it."""

import sqlite3
from collections.abc import Sequence

from adapters.event_log.rows import read_campaign
from adapters.event_log.transactions import translated
from application.ports.campaign_repository import (
    CampaignNotFoundError,
    CampaignRepository,
    NoActiveCampaignError,
)
from domain.campaign import Campaign
from domain.errors import AmbiguousReferenceError


class SqliteCampaignRepository(CampaignRepository):
    """Campaigns in the database of a SqliteEventLog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

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

    @translated()
    def find(self) -> Sequence[Campaign]:
        """Give all campaigns, the oldest first."""
        rows = self._connection.execute("SELECT record FROM campaigns ORDER BY enq")
        return [read_campaign(row["record"]) for row in rows]

    @translated()
    def active(self) -> Campaign:
        """Give the active campaign, or raise NoActiveCampaignError."""
        row = self._connection.execute(
            "SELECT record FROM campaigns WHERE activated > 0 ORDER BY activated DESC LIMIT 1"
        ).fetchone()
        if row is None:
            raise NoActiveCampaignError
        return read_campaign(row["record"])
