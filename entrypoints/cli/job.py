"""guild job: what became of each dataset."""

from dataclasses import fields
from typing import Any

import click

from application.ports.event_log import Recorded
from domain.comparison import differences
from domain.job import Completed, Failed, Job, JobStatus, Processing
from domain.job_events import (
    CheckpointRejected,
    JobCheckpointed,
    JobCompleted,
    JobEquipped,
    JobPackingRecorded,
    JobReceiptRecorded,
    JobSteppedDown,
)
from domain.job_record import to_dict
from entrypoints.cli.app import App
from entrypoints.cli.endings import result_facts
from entrypoints.cli.options import GuildGroup
from entrypoints.cli.queue import show_jobs
from entrypoints.cli.receipts import equipment_facts, mask_facts, packing_facts
from entrypoints.cli.render import Cell, answer, plain


@click.group(cls=GuildGroup)
def job() -> None:
    """What became of each dataset: list, show, compare, events."""


@job.command("list")
@click.option("--status", type=click.Choice(JobStatus, case_sensitive=False), help="Only these.")
@click.pass_obj
def list_(app: App, status: JobStatus | None) -> None:
    """List all jobs, the newest first.

    \b
    Example:  guild job list --status failed
    JSON:     jobs[]
    """
    found = app.reading.jobs().find(status=status)
    show_jobs(app, "guild.job.list/1", list(reversed(found)), footer="look: guild job show ID")


@job.command()
@click.argument("reference")
@click.option("--config", is_flag=True, help="Show the settings that it was last started with.")
@click.pass_obj
def show(app: App, reference: str, *, config: bool) -> None:
    """Show job REFERENCE: data, both receipts of its last attempt, and how it ended.

    \b
    Example:  guild job show j4tt90
    JSON:     job
    """
    found = app.reading.jobs().get(reference)
    facts = dict(found.settings) if config else _facts(found)
    answer(app, "guild.job.show/1", {"job": to_dict(found)}, facts=facts)


@job.command()
@click.argument("one")
@click.argument("other")
@click.pass_obj
def compare(app: App, one: str, other: str) -> None:
    """Show in what jobs ONE and OTHER differ: data, settings, start and result.

    \b
    Example:  guild job compare j4tt90 jb02aa
    JSON:     jobs[], differences[]
    """
    jobs = [app.reading.jobs().get(reference) for reference in (one, other)]
    found = differences(*jobs)
    answer(
        app,
        "guild.job.compare/1",
        {
            "jobs": [job.id for job in jobs],
            "differences": [
                {"what": what, "one": left, "other": right} for what, left, right in found
            ],
        },
        columns=("WHAT", *(job.ref for job in jobs)),
        rows=found,
        footer="" if found else "they do not differ",
    )


@job.command()
@click.argument("reference")
@click.pass_obj
def events(app: App, reference: str) -> None:
    """Show the history of job REFERENCE, oldest first.

    \b
    Example:  guild job events j4tt90
    JSON:     job_id, events[]
    """
    found, history = app.reading.queries().events_of(reference)
    answer(
        app,
        "guild.job.events/1",
        {"job_id": found.id, "events": [_document(record) for record in history]},
        columns=("VERSION", "AT", "EVENT", "WHAT"),
        rows=[
            (record.version, record.event.at, type(record.event).__name__, _gist(record))
            for record in history
        ],
    )


def _facts(job: Job) -> dict[str, Cell]:
    data = job.dataset
    facts: dict[str, Cell] = {
        "job": job.id,
        "status": job.status.value,
        "campaign": job.campaign_id,
        "priority": job.priority.value,
        "data": f"{data.title}: {data.rows} rows, {data.size} bytes, {data.format}",
        "sha256": data.sha256,
        "attempts": f"{job.attempts} ({job.failures} failed)",
        "queued": job.created_at,
        "config": job.config_hash,
        "code": job.code_version,
    }
    if job.receipts:
        facts |= mask_facts(job.receipts[-1])
    if job.packings:
        facts |= packing_facts(job.packings[-1])
    facts |= equipment_facts(job)
    return {**facts, **_ending(job)}


def _hours(job: Job) -> str | None:
    return None if job.duration_hours is None else f"{job.duration_hours:.3g}"


def _ending(job: Job) -> dict[str, Cell]:
    match job.state:
        case Completed(result=result):
            return {"hours": _hours(job), **result_facts(result, job.attempts)}
        case Failed(cause=cause, message=message):
            return {"hours": _hours(job), "cause": cause.value, "message": message}
        case Processing(lease=lease, started_at=started):
            return {"owner": f"process {lease.owner.pid} on {lease.owner.host}", "began": started}
        case _:
            return {"last error": job.last_error or None}


def _document(record: Recorded) -> dict[str, Any]:
    return {
        "position": record.position,
        "version": record.version,
        "type": type(record.event).__name__,
        "at": record.event.at,
        "caused_by": record.caused_by,
        "event": record.event,
    }


def _gist(record: Recorded) -> str:
    hidden = {"job_id", "at", "settings", "receipt", "dataset", "lease", "result", "checkpoint"}
    event = record.event
    told = {
        each.name: getattr(event, each.name)
        for each in fields(event)
        if each.name not in hidden and getattr(event, each.name) != ""
    }
    match event:
        case JobCheckpointed(checkpoint=checkpoint) | CheckpointRejected(checkpoint=checkpoint):
            told["checkpoint"] = checkpoint.name
        case JobCompleted(result=result):
            told |= {"ending": result.ending.value, "final_step": result.final_step}
        case JobEquipped(equipment=equipment):
            told = {"device": equipment.device, "dtype": equipment.dtype}
            told["batch"] = str(equipment.rung)
        case JobSteppedDown(rung=rung):
            told["rung"] = str(rung)
        case JobReceiptRecorded(receipt=receipt):
            told |= {"rows": receipt.rows, "trained_tokens": receipt.trained_total}
        case JobPackingRecorded(receipt=packing):
            told |= {"packed": packing.packed, "fill": f"{packing.fill:.3f}"}
    return " ".join(f"{name}={plain(value)}" for name, value in told.items())
