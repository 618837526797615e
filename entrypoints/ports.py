"""The one place where ports meet adapters."""

import os
from pathlib import Path

from dependency_injector import containers, providers

from adapters.event_log.campaign_repository import SqliteCampaignRepository
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.job_repository import SqliteJobRepository
from adapters.event_log.metrics import SqliteMetrics
from adapters.fanout.status_sink import FanoutStatusSink
from adapters.filesystem.atomic import write_atomically
from adapters.filesystem.checkpoint_shelf import FilesystemCheckpointShelf
from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.filesystem.hall_folders import FilesystemHallFolders
from adapters.filesystem.inbox import FilesystemInbox
from adapters.filesystem.mirror import FilesystemJobMirror
from adapters.filesystem.model_folder import FilesystemModelFolder
from adapters.filesystem.status_sink import FilesystemStatusSink
from adapters.filesystem.token_store import FilesystemTokenStore
from adapters.plugins.profile_catalog import PluginProfileCatalog
from adapters.predecessor.files import JsonPredecessor
from adapters.predecessor.settings_source import PredecessorSettingsSource
from adapters.system.clock import SystemClock
from adapters.system.code_version import code_version
from adapters.system.processes import SystemProcesses
from adapters.terminal.status_sink import TerminalStatusSink
from adapters.yaml_config.hero_catalog import YamlHeroCatalog
from adapters.yaml_config.settings_files import YamlSettingsSource
from application.recorder import NumberKeeper, Recorder
from entrypoints import factories
from entrypoints.shipped import shipped_heroes


def _within(hall: str, *parts: str) -> Path:
    return Path(hall, *parts)


class Ports(containers.DeclarativeContainer):
    """The adapters of one hall, each made on first use."""

    config = providers.Configuration(strict=True)
    hall = providers.Callable(_within, config.hall)

    clock = providers.Singleton(SystemClock)
    processes = providers.Singleton(
        SystemProcesses, providers.Callable(_within, config.hall, ".guild", "wishes")
    )
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
    own_settings = providers.Singleton(
        YamlSettingsSource,
        providers.Callable(_within, config.hall, "guild.yaml"),
        providers.Object(os.environ),
        providers.Object(write_atomically),
    )
    settings = providers.Singleton(
        PredecessorSettingsSource,
        own_settings,
        providers.Callable(_within, config.hall, "config.json"),
    )
    profiles = providers.Singleton(PluginProfileCatalog)
    predecessor = providers.Singleton(JsonPredecessor)
    folders = providers.Singleton(FilesystemHallFolders, hall)
    inbox = providers.Singleton(FilesystemInbox, hall, clock)
    datasets = providers.Singleton(
        FilesystemDatasetSource, hall, providers.Object(factories.table_rows)
    )
    checkpoints = providers.Singleton(FilesystemCheckpointStore, hall)
    checkpoint_shelf = providers.Singleton(FilesystemCheckpointShelf, hall)
    tokens = providers.Singleton(
        FilesystemTokenStore, providers.Callable(_within, config.hall, ".guild", "cache")
    )
    mirror = providers.Singleton(FilesystemJobMirror, hall)
    model_folders = providers.Singleton(FilesystemModelFolder)
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
