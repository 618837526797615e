"""Campaigns under any order of verbs: the head stays on its line, and nothing disappears."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from application.use_cases.create_campaign import NameTakenError
from domain.campaign import Campaign
from domain.campaign_decisions import (
    ActiveCampaignError,
    ArchivedCampaignError,
    KeptCheckpointError,
)
from domain.checkpoint import Checkpoint, Part
from domain.errors import GuildError
from tests.memory_hall import GIVEN, MemoryHall, rows


class CampaignMachine(RuleBasedStateMachine):
    """Keeps, beside the hall, every checkpoint that was ever a head and every name ever used."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = MemoryHall(Path(tempfile.mkdtemp(prefix="guild-machine-")))
        self.names: list[str] = []
        self.heads: dict[str, list[str]] = {}
        self.kept: dict[str, Any] = {}
        self.pinned: set[Checkpoint] = set()
        self.taught = 0

    def known(self) -> list[str]:
        return list(self.names)

    @initialize()
    def begin(self) -> None:
        self.enlist()

    @rule()
    def enlist(self) -> None:
        name = f"line-{len(self.names)}"
        self.hall.enlist(name)
        self.names.append(name)
        self.heads[name] = []

    @rule()
    def enlist_from_a_folder(self) -> None:
        name = f"line-{len(self.names)}"
        start = self.hall.enlist(name, start=GIVEN).campaign.start
        assert start is not None
        self.names.append(name)
        self.heads[name] = []
        self.kept[start.digest] = start

    @rule(data=st.data())
    def a_name_is_taken_for_good(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.names))
        try:
            self.hall.enlist(name)
        except NameTakenError:
            return
        raise AssertionError(f"{name} came back")

    @rule()
    def teach(self) -> None:
        active = self.hall.campaigns.active()
        self.taught += 1
        self.hall.add(f"{self.taught}.jsonl", rows(4, begin=10 * self.taught))
        self.hall.train()
        after = self.hall.campaigns.get(active.id)
        assert after.head is not None
        assert after.step > active.step
        self.heads[active.name].append(after.head.digest)
        self.kept[after.head.digest] = after.head

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.names))
        target = data.draw(st.sampled_from(sorted(self.kept)))
        campaign = self.hall.campaigns.get(name)
        line = self.hall.finder().lineage().ancestry(campaign.head_digest)
        start = campaign.start.digest if campaign.start else ""
        below = line[line.index(start) + 1 :] if start in line else ()
        on_line = target in line and target not in below
        try:
            after = self.hall.change_campaign().roll_back(name, target)
        except GuildError:
            assert campaign.archived or not on_line
            assert self.hall.campaigns.get(name) == campaign
        else:
            assert on_line
            assert after.head_digest == target

    @rule(data=st.data())
    def fork(self, data: st.DataObject) -> None:
        source = self.hall.campaigns.get(data.draw(st.sampled_from(self.names)))
        name = f"line-{len(self.names)}"
        forked = self.hall.fork_campaign().execute(source.id, name)
        self.names.append(name)
        self.heads[name] = []
        assert (forked.head, forked.locked) == (source.head, source.locked)

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def pin(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(sorted(self.kept)))
        pinned = self.hall.pin_checkpoint().pin(target)
        assert pinned.digest == target
        self.pinned.add(pinned)

    @precondition(lambda self: self.pinned)
    @rule(data=st.data())
    def unpin(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(sorted({each.digest for each in self.pinned})))
        meant = self.hall.finder().named(target)  # copies of a model have one digest
        try:
            self.hall.pin_checkpoint().unpin(target)
        except KeptCheckpointError:
            assert meant not in self.pinned
        else:
            self.pinned.remove(meant)

    @rule(data=st.data())
    def prune(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.names))
        before = self.hall.prune_checkpoints().plan(self.hall.campaigns.get(name), 1e-9)
        done = self.hall.prune_checkpoints().execute(name, 1e-9)
        assert done == before
        after = self.hall.prune_checkpoints().plan(self.hall.campaigns.get(name), 1e-9)
        assert after.steps == ()
        assert after.left == sum(each.size for each in after.shelf) == done.left
        whole = [each.shelved.checkpoint for each in done.steps if each.part is Part.WHOLE]
        for checkpoint in whole:
            self.kept.pop(checkpoint.digest, None)
        assert not self.pinned & set(whole)

    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.names))
        archived = self.hall.campaigns.get(name).archived
        try:
            self.hall.change_campaign().use(name)
        except ArchivedCampaignError:
            assert archived
        else:
            assert self.hall.campaigns.active().name == name

    @rule(data=st.data())
    def archive(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.names))
        active = self.hall.campaigns.active().name == name
        archived = self.hall.campaigns.get(name).archived
        try:
            self.hall.change_campaign().archive(name)
        except (ActiveCampaignError, ArchivedCampaignError):
            assert active or archived
        else:
            assert not active

    @invariant()
    def the_head_is_a_committed_checkpoint_of_the_lineage(self) -> None:
        tree = self.hall.finder().lineage()
        for campaign in self.hall.campaigns.find():
            if campaign.head is not None:
                assert campaign.head in tree.checkpoints
                self.hall.trust().verify(campaign.head)
                assert self.start_is_below(campaign, tree.ancestry(campaign.head_digest))

    @invariant()
    def nothing_disappears(self) -> None:
        found = self.hall.campaigns.find()
        assert [campaign.name for campaign in found] == self.names
        for campaign in found:
            assert [each.digest for each in campaign.heads] == self.heads[campaign.name]
        starts = [campaign.start for campaign in found if campaign.start]
        for checkpoint in (*self.kept.values(), *self.pinned, *starts):
            self.hall.trust().verify(checkpoint)

    @staticmethod
    def start_is_below(campaign: Campaign, line: tuple[str, ...]) -> bool:
        return campaign.start is None or campaign.start.digest in line


def test_any_order_of_verbs() -> None:
    run_state_machine_as_test(CampaignMachine)  # type: ignore[no-untyped-call]
