"""Verbs without a noun: make a hall, and look around in it."""

from datetime import datetime
from pathlib import Path

import click

from application.queries import PreviewTally, RunningJob, Status
from domain.hall_events import HallPaused
from domain.job import Processing
from domain.job_record import to_dict
from entrypoints.cli.app import App
from entrypoints.cli.campaign_view import campaign_document
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import Cell, ago, answer


@click.command(cls=GuildCommand)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.pass_obj
def init(app: App, folder: Path) -> None:
    """Make a hall in DIR, the folder in which guild works.

    \b
    Example:  guild init ~/hall
    JSON:     hall, paths[]
    """
    from entrypoints import factories

    made = factories.create_hall(folder.absolute())
    answer(
        app,
        "guild.init/1",
        {
            "hall": str(folder.absolute()),
            "paths": [{"path": str(path), "state": state} for path, state in made],
        },
        columns=("PATH", "STATE"),
        rows=[(str(path), state) for path, state in made],
        footer=f"next: cd {folder} && guild hero list",
    )


@click.command(cls=GuildCommand)
@click.pass_obj
def status(app: App) -> None:
    """Tell what is going on in the hall.

    \b
    Example:  guild status
    JSON:     campaign, job, queue, ended, preview, pause
    """
    now = app.reading.clock().now()
    found = app.reading.queries().status(now)
    answer(
        app,
        "guild.status/1",
        _document(found),
        facts=_facts(found, now),
        footer="guild queue list   guild job list   guild preview run",
    )


def _document(status: Status) -> dict[str, object]:
    running = status.running
    return {
        "campaign": campaign_document(status.campaign) if status.campaign else None,
        "job": {
            **to_dict(running.job),
            "process": "lost" if running.lost else "alive",
            "metrics": {
                name: {"step": step, "value": value}
                for name, (step, value) in running.latest.items()
            },
        }
        if running
        else None,
        "queue": {
            "ready": sum(status.waiting.values()),
            "by_priority": {level.value: count for level, count in status.waiting.items()},
            "other_campaigns": status.elsewhere,
        },
        "ended": {word.value: count for word, count in status.ended.items()},
        "preview": status.preview,
        "pause": status.pause,
    }


def _facts(status: Status, now: datetime) -> dict[str, Cell]:
    campaign = status.campaign
    if campaign is None:
        return {"campaign": "none yet: guild campaign create NAME --hero ID"}
    waiting = ", ".join(f"{level} {count}" for level, count in status.waiting.items() if count)
    ended = ", ".join(f"{count} {word}" for word, count in status.ended.items() if count)
    elsewhere = f"; {status.elsewhere} of other campaigns wait" if status.elsewhere else ""
    pause = {"hall": _pause(status.pause)} if status.pause else {}
    return {
        **pause,
        "campaign": campaign.id,
        "head": f"step {campaign.step}" if campaign.head else "base model",
        "job": _job(status.running, now) if status.running else "none runs",
        "queue": (waiting or "empty") + elsewhere,
        "ended": ended or "none yet",
        "preview": _preview(status.preview, now) if status.preview else "none yet",
    }


def _pause(pause: HallPaused) -> str:
    return (
        f"paused, {pause.cause}: a checkpoint needs {pause.needed} free bytes; "
        "guild checkpoint prune makes room, guild train next goes on"
    )


def _job(running: RunningJob, now: datetime) -> str:
    job = running.job
    if running.lost:
        return (
            f"{job.ref} {job.dataset.title}: its process is gone, guild train next goes on with it"
        )
    numbers = " ".join(
        f"{name} {value:.4g} (step {step})" for name, (step, value) in running.latest.items()
    )
    began = ago(now - job.state.started_at) if isinstance(job.state, Processing) else ""
    return f"{job.ref} {job.dataset.title}, began {began}, {numbers or 'no numbers yet'}"


def _preview(tally: PreviewTally, now: datetime) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in tally.verdicts.items() if count)
    return f"step {tally.step}: {counts} ({tally.backend}, {ago(now - tally.at)})"
