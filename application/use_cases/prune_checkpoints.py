"""Give up checkpoints for room."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from application.inventory import Inventory
from application.layers import campaign_layer, settings_for
from application.leftovers import Leftovers
from application.ports.campaign_repository import CampaignRepository
from application.ports.checkpoint_shelf import CheckpointShelf, Lying
from application.ports.clock import Clock
from application.ports.event_log import Append, EventLog, campaign_stream, decided_again
from application.ports.hero_catalog import HeroCatalog
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from domain.campaign import Campaign
from domain.campaign_decisions import collect
from domain.campaign_events import CheckpointCollected
from domain.retention import GIB, Collection, Shelved, collections


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is given up of a shelf, and why; budget counts bytes, 0 for no budget.

    leftovers are on no shelf: no budget counts them, and none keeps them. failed names what could
    not be removed, with the reason.
    """

    budget: int
    shelf: tuple[Shelved, ...]
    steps: tuple[Collection, ...]
    leftovers: tuple[Lying, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def freed(self) -> int:
        """Count the bytes that become free on the shelf."""
        return sum(each.size for each in self.steps)

    @property
    def left(self) -> int:
        """Count the bytes that stay."""
        return sum(each.size for each in self.shelf) - self.freed

    @property
    def too_much(self) -> bool:
        """Tell whether what is held takes more than the budget."""
        return bool(self.budget) and self.left > self.budget

    @property
    def remarks(self) -> tuple[str, ...]:
        """Say in words what was given up, and what there is still no room for."""
        given_up = (
            f"{self.freed / GIB:.2f} GiB of checkpoints were given up for room: "
            f"{', '.join(each.shelved.checkpoint.name for each in self.steps)}"
        )
        left = (
            f"the checkpoints take {self.left / GIB:.2f} GiB, more than checkpoint.budget, "
            "and all are held: see guild checkpoint list"
        )
        told = {given_up: bool(self.steps), left: self.too_much}
        return (*(remark for remark, holds in told.items() if holds), *self._failures)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say in words what is not as somebody wants it."""
        return self.remarks[1 if self.steps else 0 :]

    @property
    def _failures(self) -> tuple[str, ...]:
        return tuple(f"not removed, the next run tries again: {each}" for each in self.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneCheckpoints:
    """Give up checkpoints of a campaign until the rest fits its budget.

    - each is an event before a byte of it is removed;
    - what a crash left between event and removal is finished by the next run, and so is what could
      not be removed: it does not keep the others;
    - what claims that are over left goes too;
    - the plan is made anew if somebody was faster: a pin or a moved head counts.
    """

    log: EventLog
    campaigns: CampaignRepository
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    inventory: Inventory
    leftovers: Leftovers
    shelf: CheckpointShelf
    clock: Clock

    def plan(self, campaign: Campaign, budget: float | None = None) -> Plan:
        """Say what would be given up; without a budget in GiB for that of the settings."""
        shelf = self.inventory.of(campaign)
        wanted = self._budget_of(campaign) if budget is None else budget
        room = max(1, int(wanted * GIB)) if wanted else 0
        left = self.leftovers.of(campaign)
        return Plan(budget=room, shelf=shelf, steps=collections(shelf, room), leftovers=left)

    def execute(self, reference: str, budget: float | None = None) -> Plan:
        """Do what plan says."""
        plan = decided_again(lambda: self._record(reference, budget))
        failed = []
        for name, remove in self._removals(reference, plan):
            try:
                remove()
            except OSError as error:
                failed.append(f"{name}: {error}")
        return replace(plan, failed=tuple(failed))

    def _removals(self, reference: str, plan: Plan) -> Iterator[tuple[str, Callable[[], None]]]:
        for checkpoint, part in self.inventory.given_up(self.campaigns.get(reference)):
            yield checkpoint.name, partial(self.shelf.collect, checkpoint, part)
        for each in plan.leftovers:
            yield each.name, partial(self.shelf.sweep, each)

    def _record(self, reference: str, budget: float | None) -> Plan:
        campaign = self.campaigns.get(reference)
        plan = self.plan(campaign, budget)
        if events := tuple(self._collect(campaign, step) for step in plan.steps):
            self.log.append(Append(campaign_stream(campaign.id), events, campaign.version))
        return plan

    def _collect(self, campaign: Campaign, step: Collection) -> CheckpointCollected:
        checkpoint = step.shelved.checkpoint
        return collect(campaign, checkpoint, step.part, step.size, self.clock.now())

    def _budget_of(self, campaign: Campaign) -> float:
        hero = self.heroes.get(campaign.hero_id)
        layer = campaign_layer(campaign)
        found = settings_for(hero, layer, self.settings, self.profiles)
        return found.settings.checkpoint.budget
