"""A whole hall without files, databases or models: every port played by its memory adapter."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from adapters.fanout.status_sink import FanoutStatusSink
from adapters.memory.campaign_repository import MemoryCampaignRepository
from adapters.memory.checkpoint_shelf import MemoryCheckpointShelf
from adapters.memory.checkpoint_store import MemoryCheckpointStore
from adapters.memory.clock import MemoryClock
from adapters.memory.dataset_source import MemoryDatasetSource
from adapters.memory.event_log import MemoryEventLog
from adapters.memory.hall_folders import MemoryHallFolders
from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.inbox import MemoryInbox
from adapters.memory.job_mirror import MemoryJobMirror
from adapters.memory.job_repository import MemoryJobRepository
from adapters.memory.metrics import MemoryMetrics
from adapters.memory.model_folder import MemoryModelFolder
from adapters.memory.model_loader import MemoryModel, MemoryModelLoader
from adapters.memory.preview_backend import MemoryPreviewBackend
from adapters.memory.processes import MemoryProcesses
from adapters.memory.profile_catalog import MemoryProfileCatalog
from adapters.memory.settings_source import MemorySettingsSource
from adapters.memory.token_store import MemoryTokenStore
from adapters.memory.trainer import MemoryTrainer
from application.checkpoints import Checkpoints
from application.disk_space import DiskSpace
from application.inventory import Inventory
from application.layers import campaign_layer, settings_for
from application.leftovers import Leftovers
from application.ports.model_loader import Description
from application.ports.settings_source import SettingsSource
from application.ports.status_sink import StatusSink
from application.ports.trainer import Control
from application.queries import Queries
from application.recorder import NumberKeeper, Recorder
from application.rehearsing import Rehearsal
from application.starts import Starts
from application.trust import Trust
from application.use_cases.change_campaign import ChangeCampaign
from application.use_cases.check_data import CheckData
from application.use_cases.create_campaign import CampaignRequest, CreateCampaign, NewCampaign
from application.use_cases.fork_campaign import ForkCampaign
from application.use_cases.pin_checkpoint import PinCheckpoint
from application.use_cases.preview_row import PreviewRow
from application.use_cases.prune_checkpoints import PruneCheckpoints
from application.use_cases.queue_dataset import QueueDataset, QueueRequest
from application.use_cases.retry_job import RetryJob
from application.use_cases.run_job import RunJob
from application.use_cases.run_next_job import RunNextJob
from application.use_cases.run_preview import RunPreview
from application.use_cases.take_in_arrivals import TakeInArrivals
from application.use_cases.try_profile import TryProfile
from domain.dataset import Priority
from domain.hero import BaseModel, ChatTemplate, Hero, Source
from domain.job import Job
from domain.lease import Owner
from domain.settings.layers import Value
from domain.settings.settings import Settings
from tests.builders import NOON, an_owner

GIVEN, ALIEN = "~/given", "~/alien"
SMALL: Mapping[str, Value] = {
    "hyperparams.per_device_train_batch_size": 2,
    "hyperparams.gradient_accumulation_steps": 1,
    "hyperparams.max_length": 200,
    "data.validation_split": 0.25,
    "packing.enabled": False,
}


def a_hero(hero_id: str = "apprentice", *, name: str = "apprentice-base") -> Hero:
    return Hero(
        id=hero_id,
        name="Apprentice",
        description="Learns without arithmetic.",
        model=BaseModel(
            source=Source.BUILT,
            name=name,
            family="none",
            architecture="MemoryModel",
            vocab_size=100,
            context_length=200,
            parameters=1,
        ),
        training_defaults=SMALL,
    )


def described(name: str, **different: Any) -> Description:
    """Say what the memory hall's models in folders are."""
    model = replace(a_hero().model, source=Source.FOLDER, name=name, **different)
    return Description(model=model, chat_template=ChatTemplate.CHATML)


def rows(words: int = 8, begin: int = 0) -> bytes:
    lines = (
        json.dumps({"question": f"what is {number}?", "answer": f"number {number}"})
        for number in range(begin, begin + words)
    )
    return "\n".join(lines).encode() + b"\n"


class MemoryHall:
    """The ports as attributes, and a use case for each verb."""

    def __init__(self, root: Path, *, trainer: MemoryTrainer | None = None) -> None:
        self.shelf: dict[str, bytes] = {}
        self.warnings: list[str] = []
        self.clock = MemoryClock(NOON, timedelta(seconds=1))
        self.log = MemoryEventLog("test")
        self.jobs = MemoryJobRepository(self.log)
        self.campaigns = MemoryCampaignRepository(self.log)
        self.metrics = MemoryMetrics()
        self.heroes = MemoryHeroCatalog([a_hero(), a_hero("faraway", name="elsewhere/faraway")])
        self.settings = MemorySettingsSource()
        self.profiles = MemoryProfileCatalog()
        self.tokens = MemoryTokenStore()
        self.inbox = MemoryInbox(self.shelf)
        self.datasets = MemoryDatasetSource(self.shelf)
        root.mkdir(exist_ok=True)
        self.checkpoints = MemoryCheckpointStore(root)
        self.checkpoint_shelf = MemoryCheckpointShelf(self.checkpoints)
        self.models = MemoryModelLoader(
            unavailable=["faraway"], described=[described(GIVEN), described(ALIEN, vocab_size=101)]
        )
        self.model_folders = MemoryModelFolder(
            {GIVEN: MemoryModel("given"), ALIEN: MemoryModel("alien"), "~/empty": None}
        )
        self.trainer = trainer or MemoryTrainer()
        self.mirror = MemoryJobMirror()
        self.folders = MemoryHallFolders()
        self.asked: set[Owner] = set()
        self.processes = MemoryProcesses(an_owner(), set(), self.asked)
        self.previews = MemoryPreviewBackend()
        recorder = Recorder(log=self.log, jobs=self.jobs, clock=self.clock)
        watchers = [NumberKeeper(self.metrics)]
        self.sink: StatusSink = FanoutStatusSink(recorder, watchers, self.warnings.append)
        self._numbers = count(1)

    def be(self, pid: int, *, host: str = "tower", living: Collection[Owner] = ()) -> None:
        """Go on as another process."""
        self.processes = MemoryProcesses(an_owner(pid, host=host), set(living), self.asked)

    def providers(self) -> dict[str, Any]:
        """Give the adapters by the names of the container's providers."""
        names = (
            "clock", "log", "jobs", "campaigns", "metrics", "heroes", "settings", "inbox",
            "datasets", "tokens", "profiles", "checkpoints", "checkpoint_shelf", "models",
            "model_folders", "trainer", "mirror", "processes", "folders",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def create_campaign(self) -> CreateCampaign:
        return CreateCampaign(
            heroes=self.heroes,
            settings=self.settings,
            profiles=self.profiles,
            log=self.log,
            campaigns=self.campaigns,
            starts=self.starts(),
            clock=self.clock,
            code_version="test",
        )

    def starts(self) -> Starts:
        return Starts(
            checkpoints=self.finder(),
            campaigns=self.campaigns,
            folders=self.model_folders,
            store=self.checkpoints,
            models=lambda: self.models,
            chance=lambda: next(self._numbers),
        )

    def finder(self) -> Checkpoints:
        return Checkpoints(jobs=self.jobs, campaigns=self.campaigns)

    def fork_campaign(self) -> ForkCampaign:
        return ForkCampaign(
            log=self.log,
            campaigns=self.campaigns,
            checkpoints=self.finder(),
            heroes=self.heroes,
            settings=self.settings,
            profiles=self.profiles,
            clock=self.clock,
            code_version="test",
        )

    def change_campaign(self) -> ChangeCampaign:
        return ChangeCampaign(
            log=self.log,
            campaigns=self.campaigns,
            jobs=self.jobs,
            heroes=self.heroes,
            settings=self.settings,
            profiles=self.profiles,
            checkpoints=self.finder(),
            clock=self.clock,
        )

    def queue_dataset(self) -> QueueDataset:
        return QueueDataset(
            inbox=self.inbox,
            datasets=self.datasets,
            log=self.log,
            jobs=self.jobs,
            campaigns=self.campaigns,
            heroes=self.heroes,
            settings=self.settings,
            profiles=self.profiles,
            mirror=self.mirror,
            clock=self.clock,
            code_version="test",
            chance=lambda: next(self._numbers),
        )

    def take_in_arrivals(self) -> TakeInArrivals:
        return TakeInArrivals(
            inbox=self.inbox, queue=self.queue_dataset(), log=self.log, clock=self.clock
        )

    def run_next_job(self) -> RunNextJob[MemoryModel]:
        engine = RunJob(
            datasets=self.datasets,
            tokens=self.tokens,
            profiles=self.profiles,
            models=self.models,
            trainer=self.trainer,
            checkpoints=self.checkpoints,
        )
        return RunNextJob(
            log=self.log,
            jobs=self.jobs,
            campaigns=self.campaigns,
            heroes=self.heroes,
            settings=self.settings,
            profiles=self.profiles,
            engine=engine,
            trust=self.trust(),
            pruning=self.prune_checkpoints(),
            disk=self.disk_space(),
            sink=self.sink,
            mirror=self.mirror,
            processes=self.processes,
            clock=self.clock,
        )

    def disk_space(self) -> DiskSpace:
        return DiskSpace(
            log=self.log,
            folders=self.folders,
            inventory=self.inventory(),
            leftovers=self.leftovers(),
            clock=self.clock,
        )

    def leftovers(self) -> Leftovers:
        return Leftovers(log=self.log, jobs=self.jobs, shelf=self.checkpoint_shelf)

    def trust(self) -> Trust:
        return Trust(
            log=self.log,
            jobs=self.jobs,
            finder=self.finder(),
            checkpoints=self.checkpoints,
            shelf=self.checkpoint_shelf,
            clock=self.clock,
        )

    def inventory(self) -> Inventory:
        return Inventory(jobs=self.jobs, campaigns=self.campaigns, shelf=self.checkpoint_shelf)

    def prune_checkpoints(self) -> PruneCheckpoints:
        return PruneCheckpoints(
            log=self.log,
            campaigns=self.campaigns,
            heroes=self.heroes,
            settings=self.settings,
            profiles=self.profiles,
            inventory=self.inventory(),
            leftovers=self.leftovers(),
            shelf=self.checkpoint_shelf,
            clock=self.clock,
        )

    def pin_checkpoint(self) -> PinCheckpoint:
        return PinCheckpoint(
            log=self.log, campaigns=self.campaigns, checkpoints=self.finder(), clock=self.clock
        )

    def run_preview(self) -> RunPreview[MemoryModel]:
        return RunPreview(
            log=self.log,
            jobs=self.jobs,
            campaigns=self.campaigns,
            heroes=self.heroes,
            settings=self.settings,
            profiles=self.profiles,
            datasets=self.datasets,
            models=self.models,
            checkpoints=self.checkpoints,
            trust=self.trust(),
            backends=lambda _: self.previews,
            clock=self.clock,
        )

    def rehearsal(self) -> Rehearsal:
        return Rehearsal(
            heroes=self.heroes,
            campaigns=lambda: self.campaigns,
            settings=self.settings,
            profiles=self.profiles,
            models=lambda: self.models,
            checkpoints=self.checkpoints,
        )

    def check_data(self) -> CheckData:
        return CheckData(datasets=self.datasets, rehearsal=self.rehearsal())

    def preview_row(self) -> PreviewRow:
        return PreviewRow(datasets=self.datasets, rehearsal=self.rehearsal())

    def try_profile(self) -> TryProfile:
        return TryProfile(datasets=self.datasets, profiles=self.profiles)

    def resolved(self, source: SettingsSource) -> Settings:
        campaign = self.campaigns.active()
        hero = self.heroes.get(campaign.hero_id)
        return settings_for(hero, campaign_layer(campaign), source, self.profiles).settings

    def retry_job(self) -> RetryJob:
        return RetryJob(log=self.log, jobs=self.jobs, mirror=self.mirror, clock=self.clock)

    def queries(self) -> Queries:
        return Queries(
            log=self.log,
            jobs=self.jobs,
            campaigns=self.campaigns,
            metrics=self.metrics,
            processes=self.processes,
        )

    def enlist(
        self,
        name: str = "first",
        *settings: str,
        hero: str = "apprentice",
        start: str = "base",
        dry_run: bool = False,
    ) -> NewCampaign:
        request = CampaignRequest(
            name=name, hero_id=hero, assignments=settings, start=start, dry_run=dry_run
        )
        return self.create_campaign().execute(request)

    def add(
        self,
        name: str = "lesson.jsonl",
        content: bytes | None = None,
        priority: Priority = Priority.NORMAL,
        *,
        again: bool = False,
    ) -> Job:
        self.shelf[name] = rows() if content is None else content
        request = QueueRequest(location=name, name=name, priority=priority, again=again)
        return self.queue_dataset().execute(request)

    def train(
        self, *assignments: str, control: Callable[[], Control] = lambda: Control.GO_ON
    ) -> Job | None:
        return self.run_next_job().execute(assignments, control=control)
