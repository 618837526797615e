"""Constructors that import slow libraries when they are called, and only then."""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from application.ports.engine_probe import EngineProbe
from application.ports.event_log import BrokenLogError
from application.ports.machine import Machine
from application.ports.preview_backend import PreviewBackend
from domain.errors import ErrorCode, ExitStatus, GuildError, NotFoundError
from domain.hero import Hero
from domain.settings.monitoring import Monitoring

if TYPE_CHECKING:
    from rich.console import Console

    from domain.rows import BadRow, NumberedRow
    from domain.selection import Reference


class ExtraMissingError(GuildError):
    """A part of guild is not installed."""

    code = ErrorCode.EXTRA_MISSING
    exit_status = ExitStatus.CANNOT_HERE


def model_loader() -> Any:
    """Make the loader of Hugging Face models."""
    with _extra("train"):
        from adapters.huggingface.model_loader import HuggingFaceModelLoader
    return HuggingFaceModelLoader()


def trainer() -> Any:
    """Make the Hugging Face trainer."""
    with _extra("train"):
        from adapters.huggingface.cores import busy_cores
        from adapters.huggingface.trainer import HuggingFaceTrainer
    return HuggingFaceTrainer(busy_cores)


def local_preview_backend(models: Any) -> PreviewBackend:
    """Make the backend that generates on this machine, with the loader that training uses."""
    with _extra("train"):
        from adapters.huggingface.preview_backend import LocalPreviewBackend
    return LocalPreviewBackend(models)


def remote_preview_backend() -> PreviewBackend:
    """Make the backend that asks a server."""
    with _extra("remote"):
        from adapters.remote_3090.preview_backend import Remote3090PreviewBackend
    return Remote3090PreviewBackend()


def server_problem(monitoring: Monitoring) -> str:
    """Say what is wrong with the preview server, '' where it answers."""
    with _extra("remote"):
        from adapters.remote_3090.presence import server_problem
    return server_problem(monitoring)


def machine() -> Machine:
    """Make the machine that is looked at."""
    from adapters.system.machine import SystemMachine

    return SystemMachine(os.environ.get("PATH", ""))


def engine_probe() -> EngineProbe:
    """Make the probe that loads torch and tries what a job would do."""
    with _extra("train"):
        from adapters.huggingface.cores import busy_cores
        from adapters.huggingface.engine_probe import HuggingFaceEngineProbe
    return HuggingFaceEngineProbe(busy_cores)


def leave_model(checkpoint: Path, place: Path) -> Sequence[str]:
    """Leave the plain model of a checkpoint in a folder of its own; give its files."""
    from adapters.filesystem.model_folder import leave_model

    return leave_model(checkpoint, place)


def weights_digest(checkpoint: Path) -> str:
    """Give one SHA-256 over the weights of a checkpoint."""
    from adapters.filesystem.weights_digest import weights_digest

    return weights_digest(checkpoint)


def find_hall(start: Path, home: str | None, environment: Mapping[str, str]) -> Path:
    """Find the hall to work in, and refuse one that others can write to."""
    from adapters.filesystem.hall import check_hall, find_hall

    hall = find_hall(start, home, environment)
    check_hall(hall)
    return hall


def create_hall(root: Path) -> Sequence[tuple[Path, str]]:
    """Make a hall with its log; give each path with 'created' or 'kept'."""
    from adapters.filesystem.hall import create_hall

    made = create_hall(root)
    log_connection(str(root), writable=True).close()
    metrics_connection(str(root), writable=True).close()
    return made


def hero_of(path: Path) -> Hero:
    """Read the hero of a file, which bears its id."""
    from adapters.yaml_config.hero_catalog import YamlHeroCatalog

    if not path.is_file():
        raise NotFoundError(f"there is no file {path}", fix=("name a hero's YAML file, or an id",))
    return YamlHeroCatalog(shipped=path.parent, own=path.parent).get(path.stem)


def table_rows(file: BinaryIO, kind: str, name: str) -> "Iterator[NumberedRow | BadRow]":
    """Read the rows of a Parquet or Arrow file."""
    with _extra("train"):
        from adapters.huggingface.tables import table_rows
    return table_rows(file, kind, name)


@contextmanager
def exported(hall: Path, reference: "Reference") -> "Iterator[str]":
    """Write a data set of the Hub, or a saved one, to a file of the hall for a while."""
    with _extra("train"):
        from adapters.huggingface.hub_rows import export
    incoming = hall / ".guild" / "incoming"
    with tempfile.TemporaryDirectory(prefix="export-", dir=incoming) as folder:
        place = Path(folder, "rows.jsonl")
        export(reference, place)
        yield str(place)


def settings_schema() -> dict[str, Any]:
    """Give the JSON Schema of a settings file."""
    from adapters.yaml_config.schema import settings_schema

    return settings_schema()


def log_connection(hall: str, *, writable: bool) -> sqlite3.Connection:
    """Open the event log of a hall."""
    from adapters.event_log.database import open_database, open_readonly

    path = Path(hall) / ".guild" / "guild.db"
    _require_log(Path(hall), path)
    return open_database(path) if writable else open_readonly(path)


def _require_log(hall: Path, path: Path) -> None:
    """Refuse to begin a new history where the old one is gone and its datasets are not."""
    missing = not path.exists() or path.stat().st_size == 0
    if missing and any((hall / "datasets").glob("*")):
        raise BrokenLogError(
            f"the event log of this hall is gone: {path}",
            why="its datasets and checkpoints are there, what happened to them is not",
            fix=("put guild.db back from a backup", "or begin a new hall: guild init DIR"),
        )


def metrics_connection(hall: str, *, writable: bool) -> sqlite3.Connection:
    """Open the numbers of a hall."""
    from adapters.event_log.metrics import open_metrics, open_metrics_readonly

    path = Path(hall) / ".guild" / "metrics.db"
    return open_metrics(path) if writable else open_metrics_readonly(path)


def console(color: str) -> "Console":
    """Make the console on which progress is shown: stderr, so that answers stay apart."""
    from rich.console import Console

    return Console(stderr=True, no_color=True if color == "never" else None, highlight=False)


def warn(message: str) -> None:
    """Warn a person."""
    sys.stderr.write(f"warning: {message}\n")


@contextmanager
def _extra(name: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ExtraMissingError(
            f"this needs the extra '{name}', which is not installed",
            why=str(error),
            fix=(f"pip install 'guild-trainer[{name}]'",),
        ) from error
