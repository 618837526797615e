"""The campaigns of the log, folded into what they are now."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.campaign import Campaign
from domain.errors import NotFoundError


class CampaignNotFoundError(NotFoundError):
    """There is no such campaign."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"there is no campaign '{reference}'", fix=("guild campaign list",))


class NoActiveCampaignError(NotFoundError):
    """No campaign is active in this hall."""

    def __init__(self) -> None:
        super().__init__(
            "no campaign is active in this hall", fix=("guild campaign create NAME --hero ID",)
        )


class CampaignRepository(Protocol):
    """The campaigns of the log.

    - a campaign comes back exactly as its history leaves it;
    - the active one is that which was activated last, over the whole log.
    """

    @abstractmethod
    def get(self, reference: str) -> Campaign:
        """Find a campaign by id ('hero/name') or by name alone.

        Raises CampaignNotFoundError or AmbiguousReferenceError.
        """

    @abstractmethod
    def find(self) -> Sequence[Campaign]:
        """Give all campaigns, the oldest first."""

    @abstractmethod
    def active(self) -> Campaign:
        """Give the active campaign, or raise NoActiveCampaignError."""
