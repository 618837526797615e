"""Use cases, each given the ports that it asks for."""

import secrets

from dependency_injector import providers

from application.checkpoints import Checkpoints
from application.disk_space import DiskSpace
from application.inventory import Inventory
from application.leftovers import Leftovers
from application.queries import Queries
from application.rehearsing import Rehearsal
from application.starts import Starts
from application.trust import Trust
from application.use_cases.add_hero import AddHero
from application.use_cases.change_campaign import ChangeCampaign
from application.use_cases.check_data import CheckData
from application.use_cases.check_hero import CheckHero
from application.use_cases.check_settings import CheckSettings
from application.use_cases.create_campaign import CreateCampaign
from application.use_cases.examine_hall import ExamineHall
from application.use_cases.fork_campaign import ForkCampaign
from application.use_cases.import_campaign import ImportCampaign
from application.use_cases.import_settings import ImportSettings
from application.use_cases.keep_setting import KeepSetting
from application.use_cases.pin_checkpoint import PinCheckpoint
from application.use_cases.preview_row import PreviewRow
from application.use_cases.prune_checkpoints import PruneCheckpoints
from application.use_cases.queue_dataset import QueueDataset
from application.use_cases.retry_job import RetryJob
from application.use_cases.run_job import RunJob
from application.use_cases.run_next_job import RunNextJob
from application.use_cases.run_preview import RunPreview
from application.use_cases.take_in_arrivals import TakeInArrivals
from application.use_cases.try_profile import TryProfile
from application.use_cases.verify_checkpoints import VerifyCheckpoints
from domain.ids import REF_BITS
from entrypoints import factories
from entrypoints.ports import Ports


class Container(Ports):
    """Adapters and use cases of one hall, each made on first use."""

    add_hero = providers.Factory(AddHero, heroes=Ports.heroes, models=Ports.models)
    check_hero = providers.Factory(CheckHero, heroes=Ports.heroes, models=Ports.models)
    check_settings = providers.Factory(
        CheckSettings,
        settings=Ports.settings,
        heroes=Ports.heroes,
        profiles=Ports.profiles,
        campaigns=Ports.campaigns.provider,
    )
    keep_setting = providers.Factory(
        KeepSetting, settings=Ports.settings, profiles=Ports.profiles, campaigns=Ports.campaigns
    )
    checkpoint_finder = providers.Factory(Checkpoints, jobs=Ports.jobs, campaigns=Ports.campaigns)
    chance = providers.Object(lambda: secrets.randbits(REF_BITS))
    starts = providers.Factory(
        Starts,
        checkpoints=checkpoint_finder,
        campaigns=Ports.campaigns,
        folders=Ports.model_folders,
        store=Ports.checkpoints,
        models=Ports.models.provider,
        chance=chance,
    )
    create_campaign = providers.Factory(
        CreateCampaign,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        log=Ports.log,
        campaigns=Ports.campaigns,
        starts=starts,
        clock=Ports.clock,
        code_version=Ports.version,
    )
    import_settings = providers.Factory(
        ImportSettings, predecessor=Ports.predecessor, settings=Ports.settings
    )
    import_campaign = providers.Factory(
        ImportCampaign,
        predecessor=Ports.predecessor,
        settings=Ports.settings,
        heroes=Ports.heroes,
        create=create_campaign,
    )
    fork_campaign = providers.Factory(
        ForkCampaign,
        log=Ports.log,
        campaigns=Ports.campaigns,
        checkpoints=checkpoint_finder,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        clock=Ports.clock,
        code_version=Ports.version,
    )
    change_campaign = providers.Factory(
        ChangeCampaign,
        log=Ports.log,
        campaigns=Ports.campaigns,
        jobs=Ports.jobs,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        checkpoints=checkpoint_finder,
        clock=Ports.clock,
    )
    queue_dataset = providers.Factory(
        QueueDataset,
        inbox=Ports.inbox,
        datasets=Ports.datasets,
        log=Ports.log,
        jobs=Ports.jobs,
        campaigns=Ports.campaigns,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        mirror=Ports.mirror,
        clock=Ports.clock,
        code_version=Ports.version,
        chance=chance,
    )
    take_in_arrivals = providers.Factory(
        TakeInArrivals, inbox=Ports.inbox, queue=queue_dataset, log=Ports.log, clock=Ports.clock
    )
    rehearsal = providers.Factory(
        Rehearsal,
        heroes=Ports.heroes,
        campaigns=Ports.campaigns.provider,
        settings=Ports.settings,
        profiles=Ports.profiles,
        models=Ports.models.provider,
        checkpoints=Ports.checkpoints,
    )
    check_data = providers.Factory(CheckData, datasets=Ports.datasets, rehearsal=rehearsal)
    preview_row = providers.Factory(PreviewRow, datasets=Ports.datasets, rehearsal=rehearsal)
    try_profile = providers.Factory(TryProfile, datasets=Ports.datasets, profiles=Ports.profiles)
    trust = providers.Factory(
        Trust,
        log=Ports.log,
        jobs=Ports.jobs,
        finder=checkpoint_finder,
        checkpoints=Ports.checkpoints,
        shelf=Ports.checkpoint_shelf,
        clock=Ports.clock,
    )
    inventory = providers.Factory(
        Inventory, jobs=Ports.jobs, campaigns=Ports.campaigns, shelf=Ports.checkpoint_shelf
    )
    leftovers = providers.Factory(
        Leftovers, log=Ports.log, jobs=Ports.jobs, shelf=Ports.checkpoint_shelf
    )
    prune_checkpoints = providers.Factory(
        PruneCheckpoints,
        log=Ports.log,
        campaigns=Ports.campaigns,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        inventory=inventory,
        leftovers=leftovers,
        shelf=Ports.checkpoint_shelf,
        clock=Ports.clock,
    )
    disk_space = providers.Factory(
        DiskSpace,
        log=Ports.log,
        folders=Ports.folders,
        inventory=inventory,
        leftovers=leftovers,
        clock=Ports.clock,
    )
    pin_checkpoint = providers.Factory(
        PinCheckpoint,
        log=Ports.log,
        campaigns=Ports.campaigns,
        checkpoints=checkpoint_finder,
        clock=Ports.clock,
    )
    verify_checkpoints = providers.Factory(
        VerifyCheckpoints, jobs=Ports.jobs, checkpoints=checkpoint_finder, trust=trust
    )
    run_job = providers.Factory(
        RunJob,
        datasets=Ports.datasets,
        tokens=Ports.tokens,
        profiles=Ports.profiles,
        models=Ports.models,
        trainer=Ports.trainer,
        checkpoints=Ports.checkpoints,
    )
    run_next_job = providers.Factory(
        RunNextJob,
        log=Ports.log,
        jobs=Ports.jobs,
        campaigns=Ports.campaigns,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        engine=run_job,
        trust=trust,
        pruning=prune_checkpoints,
        disk=disk_space,
        sink=Ports.sink,
        mirror=Ports.mirror,
        processes=Ports.processes,
        clock=Ports.clock,
    )
    run_preview = providers.Factory(
        RunPreview,
        log=Ports.log,
        jobs=Ports.jobs,
        campaigns=Ports.campaigns,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        datasets=Ports.datasets,
        models=Ports.models,
        checkpoints=Ports.checkpoints,
        trust=trust,
        backends=Ports.previews.provider,
        clock=Ports.clock,
    )
    examine_hall = providers.Factory(
        ExamineHall,
        folders=Ports.folders,
        heroes=Ports.heroes,
        settings=Ports.settings,
        profiles=Ports.profiles,
        log=Ports.log.provider,
        jobs=Ports.jobs.provider,
        campaigns=Ports.campaigns.provider,
        processes=Ports.processes,
        clock=Ports.clock,
        server_problem=providers.Object(factories.server_problem),
    )
    retry_job = providers.Factory(
        RetryJob, log=Ports.log, jobs=Ports.jobs, mirror=Ports.mirror, clock=Ports.clock
    )
    queries = providers.Factory(
        Queries,
        log=Ports.log,
        jobs=Ports.jobs,
        campaigns=Ports.campaigns,
        metrics=Ports.metrics,
        processes=Ports.processes,
    )
