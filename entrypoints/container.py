"""The one place where ports meet adapters."""

import os
import secrets
from functools import partial
from pathlib import Path

from dependency_injector import containers, providers

from adapters.event_log.campaign_repository import SqliteCampaignRepository
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.job_repository import SqliteJobRepository
from adapters.event_log.metrics import SqliteMetrics
from adapters.fanout.status_sink import FanoutStatusSink
from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.filesystem.hall_folders import FilesystemHallFolders
from adapters.filesystem.inbox import FilesystemInbox
from adapters.filesystem.mirror import FilesystemJobMirror
from adapters.filesystem.status_sink import FilesystemStatusSink
from adapters.predecessor.files import JsonPredecessor
from adapters.system.clock import SystemClock
from adapters.system.code_version import code_version
from adapters.system.processes import SystemProcesses
from adapters.terminal.status_sink import TerminalStatusSink
from adapters.yaml_config.hero_catalog import YamlHeroCatalog
from adapters.yaml_config.settings_files import YamlSettingsSource
from application.checkpoints import Checkpoints
from application.queries import Queries
from application.recorder import NumberKeeper, Recorder
from application.use_cases.add_hero import AddHero
from application.use_cases.change_campaign import ChangeCampaign
from application.use_cases.check_hero import CheckHero
from application.use_cases.create_campaign import CreateCampaign
from application.use_cases.examine_hall import ExamineHall
from application.use_cases.fork_campaign import ForkCampaign
from application.use_cases.import_campaign import ImportCampaign
from application.use_cases.import_settings import ImportSettings
from application.use_cases.queue_dataset import QueueDataset
from application.use_cases.retry_job import RetryJob
from application.use_cases.run_job import RunJob
from application.use_cases.run_next_job import RunNextJob
from application.use_cases.run_preview import RunPreview
from application.use_cases.take_in_arrivals import TakeInArrivals
from domain.ids import REF_BITS
from entrypoints import factories
from entrypoints.shipped import shipped_heroes


def _within(hall: str, *parts: str) -> Path:
    return Path(hall, *parts)


class Container(containers.DeclarativeContainer):
    """Adapters and use cases of one hall, each made on first use."""

    config = providers.Configuration(strict=True)
    hall = providers.Callable(_within, config.hall)

    # Ports
    clock = providers.Singleton(SystemClock)
    processes = providers.Singleton(SystemProcesses)
    version = providers.Singleton(code_version)
    connection = providers.Singleton(
        factories.log_connection, config.hall, writable=config.writable
    )
    numbers = providers.Singleton(
        factories.metrics_connection, config.hall, writable=config.writable
    )
    log = providers.Singleton(SqliteEventLog, connection, config.caused_by)
    jobs = providers.Singleton(SqliteJobRepository, connection, log)
    campaigns = providers.Singleton(SqliteCampaignRepository, connection)
    metrics = providers.Singleton(SqliteMetrics, numbers)
    heroes = providers.Singleton(
        YamlHeroCatalog,
        providers.Callable(shipped_heroes),
        providers.Callable(_within, config.hall, "heroes"),
    )
    settings = providers.Singleton(
        YamlSettingsSource,
        providers.Callable(_within, config.hall, "guild.yaml"),
        providers.Object(os.environ),
    )
    predecessor = providers.Singleton(JsonPredecessor)
    folders = providers.Singleton(FilesystemHallFolders, hall)
    inbox = providers.Singleton(FilesystemInbox, hall, clock)
    datasets = providers.Singleton(FilesystemDatasetSource, hall)
    checkpoints = providers.Singleton(FilesystemCheckpointStore, hall)
    mirror = providers.Singleton(FilesystemJobMirror, hall)
    models = providers.Singleton(factories.model_loader)
    trainer = providers.Singleton(factories.trainer)
    previews = providers.FactoryAggregate(
        local=providers.Factory(factories.local_preview_backend, models),
        remote_3090=providers.Factory(factories.remote_preview_backend),
    )
    console = providers.Singleton(factories.console, config.color)
    terminal = providers.Singleton(
        TerminalStatusSink,
        console,
        clock,
        tty=console.provided.is_terminal,
        quiet=config.quiet,
    )
    status_file = providers.Singleton(FilesystemStatusSink, hall, clock)
    number_keeper = providers.Singleton(NumberKeeper, metrics)
    recorder = providers.Singleton(Recorder, log=log, jobs=jobs, clock=clock)
    sink = providers.Singleton(
        FanoutStatusSink,
        recorder,
        providers.List(number_keeper, terminal, status_file),
        providers.Object(factories.warn),
    )

    # Use cases
    add_hero = providers.Factory(AddHero, heroes=heroes, models=models)
    check_hero = providers.Factory(CheckHero, heroes=heroes, models=models)
    checkpoint_finder = providers.Factory(Checkpoints, jobs=jobs, campaigns=campaigns)
    create_campaign = providers.Factory(
        CreateCampaign,
        heroes=heroes,
        settings=settings,
        log=log,
        campaigns=campaigns,
        checkpoints=checkpoint_finder,
        clock=clock,
        code_version=version,
    )
    import_settings = providers.Factory(ImportSettings, predecessor=predecessor, settings=settings)
    import_campaign = providers.Factory(
        ImportCampaign,
        predecessor=predecessor,
        settings=settings,
        heroes=heroes,
        create=create_campaign,
    )
    fork_campaign = providers.Factory(
        ForkCampaign,
        log=log,
        campaigns=campaigns,
        checkpoints=checkpoint_finder,
        clock=clock,
        code_version=version,
    )
    change_campaign = providers.Factory(
        ChangeCampaign,
        log=log,
        campaigns=campaigns,
        jobs=jobs,
        heroes=heroes,
        settings=settings,
        checkpoints=checkpoint_finder,
        clock=clock,
    )
    queue_dataset = providers.Factory(
        QueueDataset,
        inbox=inbox,
        datasets=datasets,
        log=log,
        jobs=jobs,
        campaigns=campaigns,
        heroes=heroes,
        settings=settings,
        mirror=mirror,
        clock=clock,
        code_version=version,
        chance=providers.Object(partial(secrets.randbits, REF_BITS)),
    )
    take_in_arrivals = providers.Factory(
        TakeInArrivals, inbox=inbox, queue=queue_dataset, log=log, clock=clock
    )
    run_job = providers.Factory(
        RunJob, datasets=datasets, models=models, trainer=trainer, checkpoints=checkpoints
    )
    run_next_job = providers.Factory(
        RunNextJob,
        log=log,
        jobs=jobs,
        campaigns=campaigns,
        heroes=heroes,
        settings=settings,
        engine=run_job,
        sink=sink,
        mirror=mirror,
        processes=processes,
        clock=clock,
    )
    run_preview = providers.Factory(
        RunPreview,
        log=log,
        jobs=jobs,
        campaigns=campaigns,
        heroes=heroes,
        settings=settings,
        datasets=datasets,
        models=models,
        checkpoints=checkpoints,
        backends=previews.provider,
        clock=clock,
    )
    examine_hall = providers.Factory(
        ExamineHall,
        folders=folders,
        heroes=heroes,
        settings=settings,
        log=log.provider,
        jobs=jobs.provider,
        campaigns=campaigns.provider,
        processes=processes,
        clock=clock,
        server_problem=providers.Object(factories.server_problem),
    )
    retry_job = providers.Factory(RetryJob, log=log, jobs=jobs, mirror=mirror, clock=clock)
    queries = providers.Factory(
        Queries, log=log, jobs=jobs, campaigns=campaigns, metrics=metrics, processes=processes
    )
