"""What the next job would do with a dataset, found out without a job and without weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from application.layers import campaign_layer, settings_for
from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.checkpoint_store import CheckpointStore
from application.ports.hero_catalog import HeroCatalog
from application.ports.model_loader import ModelLoader
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from application.preparing import Preparation
from domain.campaign import Campaign
from domain.checkpoint import Checkpoint
from domain.hero import Hero
from domain.settings.layers import Layer, resolve
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Settings, profile and encoder as the next job would have them.

    - they are those of the active campaign, with the encoder of its head, or of a named hero;
    - campaigns and models are asked for late: a named hero needs no log, a profile no model.
    """

    heroes: HeroCatalog
    campaigns: Callable[[], CampaignRepository]
    settings: SettingsSource
    profiles: ProfileCatalog
    models: Callable[[], ModelLoader[Any]]
    checkpoints: CheckpointStore

    def preparation(self, hero_id: str | None, assignments: Sequence[str]) -> Preparation:
        """Say how rows would become tokens; without a hero for the active campaign."""
        if hero_id is not None:
            return self._of(self.heroes.get(hero_id), Layer("campaign", {}), None, assignments)
        campaign = self.campaigns().active()
        hero = self.heroes.get(campaign.hero_id)
        return self._of(hero, campaign_layer(campaign), campaign.head, assignments)

    def profile_settings(self, name: str, assignments: Sequence[str], *, in_hall: bool) -> Settings:
        """Give the settings under which a profile would be built; outside a hall nobody's own."""
        flags = self._flags(assignments)
        chosen = Layer("name", {"profile.name": name})
        campaign = self._active() if in_hall else None
        if campaign is not None:
            hero, own = self.heroes.get(campaign.hero_id), campaign_layer(campaign)
            return settings_for(hero, own, self.settings, self.profiles, flags, chosen).settings
        self.profiles.require(name)
        layers = (self.settings.project(), self.settings.environment(), flags, chosen)
        return resolve(layers).settings

    def _of(
        self, hero: Hero, overrides: Layer, head: Checkpoint | None, assignments: Sequence[str]
    ) -> Preparation:
        flags = self._flags(assignments)
        settings = settings_for(hero, overrides, self.settings, self.profiles, flags).settings
        profile = self.profiles.get(settings)
        location = self.checkpoints.locate(head) if head else ""
        encoder = self.models().encoder(hero, location, settings, plain_chat=profile.own_thinking)
        return Preparation(settings=settings, profile=profile, encoder=encoder)

    def _flags(self, assignments: Sequence[str]) -> Layer:
        return self.settings.assignments(assignments, "command line")

    def _active(self) -> Campaign | None:
        try:
            return self.campaigns().active()
        except NoActiveCampaignError:
            return None
